import { expect, test } from 'vitest';
import { metricsLines } from '../../../src/main/doors/cli/evaluate.ts';
import type { Metrics } from '../../../src/shared/run.ts';

test('shares and their intervals have the same digits', () => {
  const metrics = {
    ...{ split: 'test', pairs: 450, auc: 0.98197, accuracy: 0.9178, threshold: 1.0317, eer: 0.0711 },
    confusion: [
      [223, 2],
      [35, 190],
    ],
    intervals: {
      ...{ over: 'images', units: 225, auc: [0.9676, 0.99], accuracy: [0.889, 0.9396], eer: [0.0485, 0.1031] },
      ...{ falseDifferent: [0.0022, 0.0356], falseSame: [0.1115, 0.2129] },
    },
  } as unknown as Metrics;
  const [first, ...kinds] = metricsLines('r1', metrics);
  expect(first).toContain('accuracy 91.8 % (88.9 % to 94.0 %) at the threshold 1.0317, EER 7.1 % (4.9 % to 10.3 %)');
  expect(kinds).toEqual([
    '  same pairs: 223 predicted same, 2 predicted different: 0.9 % (0.2 % to 3.6 %)',
    '  different pairs: 190 predicted different, 35 predicted same: 16 % (11 % to 21 %)',
  ]);
});
