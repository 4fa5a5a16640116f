import { expect, test } from 'vitest';
import { resultLines } from '../../../../src/renderer/features/training/run-results.ts';
import { whyIncomparable } from '../../../../src/shared/run-comparison.ts';
import type { Metrics } from '../../../../src/shared/run.ts';
import { run } from '../../run-rows.ts';

const metrics = (auc: number, pairSet?: string): Metrics[] => [
  {
    ...{ split: 'test' as const, pairs: 4, same: 2, different: 2, auc, accuracy: 0.75, threshold: 1, eer: 0.25, roc: [] },
    confusion: [
      [2, 0],
      [1, 1],
    ],
    ...(pairSet !== undefined && { pairSet }),
  },
];
const linesOf = (name: string, runs: Parameters<typeof resultLines>[0]): string[] | undefined =>
  resultLines(runs, []).find((line) => line.name === name)?.values;

test('figures of runs on other pairs, of another data set or of an older version are left out; epochs and time are not', () => {
  const first = run('r1', { metrics: metrics(0.9, 'p') });
  const others = [
    run('r2', { metrics: metrics(0.8, 'p') }),
    run('r3', { metrics: metrics(0.7, 'q') }),
    run('r4', { metrics: metrics(0.6, 'p'), dataset: 'skin' }),
    run('r5', { metrics: metrics(0.5, 'p'), snapshot: 'later' }),
    run('r6', { metrics: metrics(0.4) }),
  ];
  expect(linesOf('AUC on test pairs', [first, ...others])).toEqual(['0.900', '0.800', '–', '–', '–', '–']);
  expect(linesOf('Training time', [first, ...others])).toHaveLength(6);
  const recall = Object.fromEntries([first, ...others].map(({ run: id }) => [id, { value: 0.8, interval: [0.7, 0.9] as [number, number] }]));
  const neighbours = resultLines([first, ...others], [], recall).find(({ name }) => name.startsWith('Recall@1'))!;
  expect(neighbours.values.map((value) => value !== '–')).toEqual([true, true, false, false, false, false]);
  expect(linesOf('Gain by training', [first, ...others])).toBeUndefined(); // no run has one
  expect(others.map((other) => whyIncomparable(first, other)?.problem)).toEqual([
    undefined,
    'They were evaluated on different test pairs.',
    'They are of different data sets.',
    'The data set was changed between these runs.',
    'Run 6 was evaluated by an older version.',
  ]);
  expect(whyIncomparable(run('r1'), run('r2'))).toEqual({ problem: 'Runs 1 and 2 are not evaluated on test pairs.', evaluate: ['r1', 'r2'] });
});

test('the difference to the first run comes from the comparison on the pairs', () => {
  const runs = [run('r1', { metrics: metrics(0.9, 'p') }), run('r2', { metrics: metrics(0.8, 'p') })];
  const comparison = {
    ...{ pairs: 4, over: 'images' as const, units: 4, auc: [0.8, 0.9] as [number, number], resampled: null, delong: null },
    difference: { value: -0.1, interval: [-0.2, -0.05] as [number, number] },
    accuracy: { value: 0, interval: [-1, 1] as [number, number] },
    mcnemar: { onlyA: 0, onlyB: 0, p: 1 },
  };
  const line = resultLines(runs, [{ run: 'r2', comparison }]).find(({ name }) => name === 'Difference to the first');
  expect(line?.values).toEqual(['–', '−0.100 (−0.200 to −0.050)']);
});

test('a linear probe has no best epoch', () => {
  const [probe, steps] = [run('r1', { bestEpoch: 1 }), run('r2', { bestEpoch: 1 })];
  expect(linesOf('Best epoch', [{ ...probe, config: { ...probe.config, loss: 'probe' } }, steps])).toEqual(['–', `1 of ${steps.epochs.length}`]);
});
