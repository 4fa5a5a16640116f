import { describe, expect, test } from 'vitest';
import { encoderRankFact, encoderRankOf } from '../../src/shared/encoder-rank.ts';
import { RUN } from '../features/report/sample.ts';
import { figuresWith, someEncoder, someEncoderComparison } from './encoder-comparisons.ts';

const { size, weights } = RUN.config;
const one = someEncoder(
  'mobilenet_v2_035',
  { plain: figuresWith(0.7), probe: figuresWith(0.85) },
  { weightsSha256: weights!.sha256, size, weights: 'any file with these bytes' },
);
const [other, best, failed] = someEncoderComparison.encoders; // AUC 0.881 and 0.912; without figures
const before = {
  ...someEncoderComparison,
  encoders: [one, other!, best!, failed!],
  best: { position: 2, way: 'probe' as const },
  createdMs: RUN.createdMs - 1,
};
const rank = (comparisons = [before], run: Parameters<typeof encoderRankOf>[0] = RUN) => encoderRankOf(run, comparisons);

describe('the rank of a run’s encoder', () => {
  test('is that of its better way among encoders with figures, in the newest comparison before the run', () => {
    expect(rank()).toEqual({ rank: 3, count: 3, auc: 0.85, comparedMs: RUN.createdMs - 1 });
    const older = { ...before, encoders: [one], best: { position: 0, way: 'probe' as const }, createdMs: 7 };
    expect(rank([before, older])).toMatchObject({ count: 3 });
    expect(rank([{ ...before, encoders: [other!] }, older])).toEqual({ rank: 1, count: 1, auc: 0.85, comparedMs: 7 });
  });

  test('is not known after the run, without comparisons, or for other weights, size, pooling or meaning of same', () => {
    expect(rank([])).toBeNull();
    expect(rank([{ ...before, createdMs: RUN.createdMs + 1 }])).toBeNull();
    expect(rank([{ ...before, encoders: [{ ...one, weightsSha256: 'other' }] }])).toBeNull();
    expect(rank([{ ...before, encoders: [{ ...one, size: size + 32 }] }])).toBeNull();
    expect(rank([before], { ...RUN, config: { ...RUN.config, pooling: 'cls' } })).toBeNull();
    expect(rank([before], { ...RUN, config: { ...RUN.config, same: 'group' } })).toBeNull();
  });

  test('is one line of settings; the best one’s figures are a little too good', () => {
    const fact = (place: number, count: number) => encoderRankFact({ rank: place, count, auc: 0.862, comparedMs: 0 }).value;
    expect(fact(1, 4)).toMatch(
      /^best of 4 on validation pairs \(AUC 0\.862\), .*\. Being chosen there makes its validation figures a little too good\.$/,
    );
    expect(fact(2, 4)).toMatch(/^number 2 of 4 on validation pairs \(AUC 0\.862\), [^.]*\.$/);
    expect(fact(1, 1)).toMatch(/^the only one on validation pairs/);
  });
});
