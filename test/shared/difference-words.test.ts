import { describe, expect, test } from 'vitest';
import { baselineSentence, comparisonDetails, differenceSentence, differenceText } from '../../src/shared/difference-words.ts';
import type { Baseline, Interval } from '../../src/shared/run.ts';

describe('differences in words', () => {
  test('say which is better by how much, or that it is not proven', () => {
    expect(differenceSentence('Run 1', 'Run 2', { value: 0.02, interval: [0.005, 0.034] })).toBe(
      'Run 1 is better than Run 2 by 0.020 (0.005 to 0.034) in AUC.',
    );
    expect(differenceSentence('Run 1', 'Run 2', { value: -0.02, interval: [-0.034, -0.005] })).toBe(
      'Run 1 is worse than Run 2 by 0.020 (0.005 to 0.034) in AUC.',
    );
    expect(differenceSentence('Run 1', 'Run 2', { value: 0.02, interval: [-0.0001, 0.034] })).toBe(
      'Not proven that Run 1 or Run 2 is better: the AUCs differ by +0.020 (0.000 to +0.034).',
    );
    expect(differenceText({ value: 0, interval: [0, 0] })).toBe('0.000 (0.000 to 0.000)');
  });

  test('name both tests that take the pairs for independent, and a missing resampling', () => {
    const comparison = {
      ...{
        pairs: 1500,
        over: 'groups' as const,
        units: 12,
        auc: [0.9, 0.8] as [number, number],
        difference: { value: 0.1, interval: [0, 0.2] as Interval },
      },
      ...{ resampled: null, delong: { z: -3.2, p: 0.0004 }, accuracy: { value: 0, interval: [-0.1, 0.1] as Interval } },
      mcnemar: { onlyA: 3, onlyB: 9, p: 0.146 },
    };
    const [interval, verdicts, independent] = comparisonDetails('Run 1', 'Run 2', comparison);
    expect(interval).toBe('The interval is over 12 groups, on the same 1,500 pairs.');
    expect(verdicts).toContain('3 pairs only Run 1 has right, 9 only Run 2');
    const single = { ...comparison, pairs: 1, over: 'groups' as const, units: 1, mcnemar: { onlyA: 1, onlyB: 0, p: 1 } };
    expect(comparisonDetails('Run 1', 'Run 2', single).slice(0, 2)).toEqual([
      'The interval is over 1 group, on the same 1 pair.',
      expect.stringContaining('1 pair only Run 1 has right, 0 only Run 2'),
    ]);
    expect(independent).toBe('If the pairs were independent: DeLong’s z −3.20, p < 0.001; McNemar’s exact p 0.146.');
    expect(comparisonDetails('a', 'b', { ...comparison, resampled: [-0.01, 0.3] })[0]).toContain('Resampling groups gives −0.010 to +0.300.');
  });

  test('say what training added, and where that is nothing', () => {
    const baseline = (value: number, interval: Interval, drawn = false): Baseline => ({
      drawn,
      auc: 0.845,
      interval: [0.8, 0.88],
      gain: { value, interval },
    });
    expect(baselineSentence(baseline(0.06, [0.03, 0.09]))).toBe(
      'Training adds 0.060 (0.030 to 0.090) to the AUC of the pretrained network: AUC 0.845 (0.800 to 0.880) by the cosine of its pooled features.',
    );
    expect(baselineSentence(baseline(0.01, [-0.02, 0.04]))).toMatch(/^No gain by training is proven over the pretrained network: .*\+0\.010/);
    expect(baselineSentence(baseline(-0.06, [-0.09, -0.03], true))).toMatch(
      /^Training makes the network with its random initial weights worse by 0\.060/,
    );
    expect(baselineSentence({ problem: 'Weights file not found: w.' })).toBe(
      'The untrained network could not be evaluated: Weights file not found: w.',
    );
  });
});
