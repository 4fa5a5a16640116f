import { describe, expect, test } from 'vitest';
import type { ExperimentRow, SeedState } from '../../src/shared/experiment.ts';
import {
  experimentDifference,
  experimentName,
  experimentStatusWord,
  figureText,
  meanIntervalMeaning,
  meanIntervalText,
  partOfExperiment,
  seedChanges,
  seedNotes,
  spanText,
  spreadMeaning,
  spreadText,
  trainedText,
} from '../../src/shared/experiment-words.ts';
import { someConfig, someExperiment } from '../db/records.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
const states = (...more: Partial<SeedState>[]): SeedState[] => more.map((one, i) => ({ ...someExperiment.states[0]!, seed: i + 1, ...one }));
const notes = (row: Partial<ExperimentRow>): string[] => seedNotes({ ...someExperiment, ...row });

describe('the figures of an experiment', () => {
  const spread = { count: 3, mean: 0.91234, sd: 0.0061, range: [0.905, 0.917], interval: [0.897, 0.9275] } as const;
  test('have the standard deviation with the decimals of the mean', () => {
    const of = { ...spread, range: [...spread.range] as [number, number], interval: [...spread.interval] as [number, number] };
    expect((['auc', 'accuracy', 'threshold'] as const).map((figure) => plain(spreadText(figure, of)))).toEqual([
      '0.912 ± 0.006',
      '91.2 ± 0.6 %',
      '0.91 ± 0.01',
    ]);
    expect(plain(spreadText('auc', { ...of, sd: 0.0001 }))).toBe('0.912 ± < 0.001');
    expect(plain(spreadText('auc', { ...of, sd: 0 }))).toBe('0.912 ± 0.000');
    expect(meanIntervalText('auc', { ...of, sd: 0 })).toBeNull();
    expect(meanIntervalMeaning({ count: 3, sd: 0 })).toBe(
      'All 3 seeds gave the same AUC, so they say nothing about chance, and no interval of the mean is stated.',
    );
    expect(meanIntervalText('auc', of)).toBe(spanText('auc', of.interval));
    expect(plain(meanIntervalMeaning(of))).toMatch(/^95 % interval of the mean over seeds/);
    expect(plain(spanText('accuracy', of.range))).toBe('90.5 to 91.7 %');
    expect([0.2587, 0, 1, 0.9999, 0.0001].map((share) => plain(figureText('eer', share)))).toEqual(['25.9 %', '0 %', '100 %', '> 99.9 %', '< 0.1 %']);
  });
  test('are those of a report: of one seed, with the mean of all', () => {
    expect(experimentName({ experiment: 'e3' })).toBe('Experiment 3');
    expect(plain(partOfExperiment({ seed: 2 }, someExperiment))).toBe(
      'This network is seed 2 of Experiment 1. Mean AUC on test pairs of 2 seeds: 0.850 ± 0.071 (standard deviation over seeds), from 0.800 to 0.900. Its own figures are of this seed alone, and their intervals are over test images, not over seeds.',
    );
    expect(partOfExperiment({ seed: 2 }, { ...someExperiment, spread: null })).toContain('so there is no mean yet.');
  });
});

describe('what is said of single seeds', () => {
  test('names failed, stopped, removed and missing ones', () => {
    expect(
      notes({
        status: 'failed',
        states: states({ status: 'failed', error: 'Training diverged.' }, { stopped: true }, { removed: true }, { run: null, status: null }),
      }),
    ).toEqual([
      'Seed 1 failed: Training diverged.',
      'Seed 2 was stopped by hand, after fewer epochs than the others.',
      'Seed 3 was removed and is left out of the mean, which may flatter it.',
      'Seed 4 is not trained to the end: resume the experiment.',
    ]);
    expect(notes({ status: 'cancelled', stale: true, states: states({}, { run: null, status: null }) })).toEqual([
      'Seed 2 is not trained to the end, and can’t be: the data set has changed since the experiment started.',
    ]);
    expect(notes({ status: 'running', states: states({}, { run: null, status: null }) })).toEqual([]);
    expect(trainedText({ states: states({}, { removed: true }, { status: 'failed' }) })).toBe('1 of 3 seeds');
    const failed = { status: 'failed' } as const;
    expect([states(failed, {}), states(failed, failed)].map((found) => experimentStatusWord({ ...failed, states: found }))).toEqual([
      'failed in part',
      'failed',
    ]);
  });
  test('counts the images or groups of the intervals of its runs', () => {
    expect(spreadMeaning({ ...someExperiment.on!, units: 1, over: 'groups' })).toContain('is over 1 group: how far the figures of other groups');
    expect(spreadMeaning({ ...someExperiment.on!, units: 1200, over: 'images' })).toContain('is over 1,200 images: ');
  });
  test('says what a seed changes, and what it can’t change', () => {
    expect(seedChanges({ ...someConfig, augmentation: null })).toMatch(/^A seed changes the initial weights and which pairs are sampled/);
    expect(seedChanges({ ...someConfig, loss: 'probe' })).toContain('so they can all give the same network');
  });
});

test('two experiments are compared by their means, and the interval says of what', () => {
  const of = (mean: number) => ({ count: 3, mean, sd: 0.01, range: [mean, mean] as [number, number], interval: [mean, mean] as [number, number] });
  const sentences = (difference: { value: number; interval: [number, number] } | null): string[] =>
    experimentDifference('A', 'B', { a: of(0.9), b: of(0.88), difference, pairs: 1296 }).map(plain);
  expect(sentences({ value: 0.02, interval: [0.005, 0.035] })).toEqual([
    'The mean of A is above that of B by 0.020 (0.005 to 0.035).',
    'Mean AUC 0.900 ± 0.010 (3 seeds) and 0.880 ± 0.010 (3 seeds), on the same 1,296 test pairs.',
    'The interval is Welch’s, over seeds: it says what other seeds would give on these test images, not what other images would give. For that, compare a run of each.',
  ]);
  expect(sentences({ value: -0.02, interval: [-0.035, -0.005] })[0]).toBe('The mean of A is below that of B by 0.020 (0.005 to 0.035).');
  expect(sentences({ value: 0.02, interval: [-0.01, 0.05] })[0]).toBe(
    'Not proven that A or B has the higher mean: they differ by +0.020 (−0.010 to +0.050).',
  );
  expect(sentences(null)[0]).toMatch(/^No seed changes the AUC/);
});
