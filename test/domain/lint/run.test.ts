import { describe, expect, test } from 'vitest';
import { type LintedRun, lintRun } from '../../../src/main/domain/lint/run.ts';
import { findingText } from '../../../src/shared/lint.ts';
import type { Interval, Metrics } from '../../../src/shared/run.ts';
import { someConfig } from '../../db/records.ts';

const spread = (from: number, to: number): number[] => Array.from({ length: 100 }, (_, i) => from + ((to - from) * i) / 99);
const metrics = (split: 'valid' | 'test', auc: number, interval: Interval, accuracy: Interval = [0.8, 0.9]): Metrics => ({
  ...{ split, pairs: 1000, same: 500, different: 500, auc, accuracy: 0.85, threshold: 1, eer: 0.15, roc: [] },
  confusion: [
    [400, 100],
    [50, 450],
  ],
  intervals: { over: 'images', units: 60, auc: interval, accuracy, eer: [0.1, 0.2], falseDifferent: [0.1, 0.3], falseSame: [0, 0.2] },
});
/** A run without anything to find. */
const RUN: LintedRun = {
  config: { ...someConfig, margin: 2 },
  validDistances: { same: spread(0.1, 1.2), different: spread(0.9, 2.1) },
  calibration: { threshold: 1, slope: 4 },
  metrics: [metrics('valid', 0.9, [0.86, 0.93]), metrics('test', 0.88, [0.84, 0.91])],
  warnings: [],
};
const rules = (run: Partial<LintedRun>): string[] => lintRun({ ...RUN, ...run }).map(({ rule }) => rule);

describe('lintRun', () => {
  test('finds nothing in a good run, and nothing in one that has not finished', () => {
    expect(lintRun(RUN)).toEqual([]);
    expect(lintRun({ ...RUN, validDistances: null, calibration: null, metrics: [] })).toEqual([]);
  });

  test('finds that validation and test disagree beyond their intervals', () => {
    const [finding] = lintRun({ ...RUN, metrics: [metrics('valid', 0.71, [0.65, 0.76]), metrics('test', 0.87, [0.8, 0.91])] });
    expect(finding).toMatchObject({ rule: 'split-gap', text: expect.stringContaining('AUC 0.710 (0.650 to 0.760) on validation pairs') as string });
    expect(rules({ metrics: [metrics('valid', 0.71, [0.65, 0.81]), metrics('test', 0.87, [0.8, 0.91])] })).toEqual([]);
    const probe = lintRun({
      ...RUN,
      config: { ...someConfig, loss: 'probe' },
      metrics: [metrics('valid', 0.9, [0.88, 0.93]), metrics('test', 0.8, [0.75, 0.85])],
    });
    expect(probe[0]?.text).toContain('on test pairs. Test images that are harder or of another kind.'); // no epoch was chosen
    const { intervals: _, ...older } = metrics('valid', 0.71, [0.65, 0.76]);
    expect(rules({ metrics: [older, metrics('test', 0.87, [0.8, 0.91])] })).toEqual([]); // an older version: no interval
  });

  test('finds too few images for the claimed AUC or accuracy', () => {
    expect(lintRun({ ...RUN, metrics: [metrics('test', 0.85, [0.7, 0.93])] })[0]?.text).toBe(
      'The test pairs are of only 60 images: too few for the AUC of 0.850 (0.700 to 0.930).',
    );
    expect(rules({ metrics: [metrics('test', 0.95, [0.9, 0.97], [0.7, 0.93])] })).toEqual(['few-pairs']);
    expect(rules({ metrics: [{ ...metrics('test', 0.85, [0.7, 0.93]), pairs: 80 }] })).toEqual(['few-pairs']); // said once
  });

  test('finds each problem of the distances once', () => {
    const collapsed = { same: spread(1, 1.001), different: spread(1, 1.001) };
    expect(rules({ validDistances: collapsed })).toEqual(['collapse']); // it explains threshold and margin
    expect(rules({ calibration: { threshold: 0.05, slope: 4 } })).toEqual(['threshold']);
    expect(rules({ validDistances: { same: spread(0.1, 0.5), different: spread(0.4, 1.2) }, calibration: { threshold: 0.45, slope: 4 } })).toEqual([
      'margin',
    ]);
  });

  test('shows what an earlier version stored, unless the curve is fitted again', () => {
    const stored = 'On validation pairs the distance does not separate same from different, so every similarity is close to 50 %.';
    const older = { ...RUN, warnings: [stored] };
    expect(lintRun(older)).toEqual([{ rule: 'stored', text: stored, advice: '' }]);
    const fit = { same: 100, different: 100, over: 'images', units: 60, centre: 1, reliability: null } as const;
    const fitted = (variance: number): LintedRun['calibration'] => ({
      ...{ threshold: 1, slope: 4, midpoint: 1 },
      fit: { ...fit, range: [0.1, 2.1], covariance: [0.1, 0, variance] },
    });
    expect(lintRun({ ...older, calibration: fitted(1) })).toEqual([]);
    expect(rules({ calibration: fitted(9) })).toEqual(['separation']);
    const [unproven] = lintRun({ ...RUN, calibration: fitted(9) }); // its similarities are 97 to 1 %
    expect(unproven?.text).toMatch(/^The validation pairs don’t prove that the distance separates .* may be far off\.$/);
    const [flat] = lintRun({ ...RUN, calibration: { ...fitted(9)!, slope: 0.02 } });
    expect(flat?.text).toMatch(/every similarity is close to the share of same pairs\.$/);
  });

  test('says once that the threshold is at the end of the data', () => {
    const fit = { same: 100, different: 100, over: 'images', units: 60, centre: 1, reliability: null } as const;
    const calibration: LintedRun['calibration'] = {
      ...{ threshold: 0.1, slope: 4, midpoint: 0.05 },
      fit: { ...fit, range: [0.1, 2.1], covariance: [0.1, 0, 1] },
    };
    expect(lintRun({ ...RUN, calibration }).map(findingText)).toEqual([expect.stringContaining('does not reach 50 %')]);
  });
});
