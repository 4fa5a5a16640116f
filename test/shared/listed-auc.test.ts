import { describe, expect, test } from 'vitest';
import { listedAucText, listedTestAuc, validationAuc } from '../../src/shared/listed-auc.ts';
import type { Metrics } from '../../src/shared/run.ts';
import { row, run } from '../renderer/run-rows.ts';

const metrics = (split: Metrics['split'], auc: number, pairSet?: string): Metrics => ({
  ...{ split, pairs: 4, same: 2, different: 2, auc, accuracy: 1, threshold: 1, eer: 0, roc: [] },
  confusion: [
    [2, 0],
    [0, 2],
  ],
  ...(pairSet !== undefined && { pairSet }),
});
const trained = run('r1', { bestEpoch: 2, epochs: [row(1, 0.8), row(2, 0.932), row(3, 0.9)] });
const older = { ...trained, config: { ...trained.config, pairRecipe: 1 } };

describe('the AUC of a run in lists', () => {
  test('is that of the best epoch, marked where its pairs are of an older version', () => {
    expect(validationAuc(trained)).toEqual({ auc: 0.932, isOlder: false });
    expect(validationAuc(older)).toEqual({ auc: 0.932, isOlder: true });
    expect(listedAucText(validationAuc(older)!)).toBe('0.932 (older pairs)');
    expect(validationAuc({ ...older, metrics: [metrics('valid', 0.93)] })).toEqual({ auc: 0.932, isOlder: true });
    expect(validationAuc(run('r2'))).toBeNull();
  });

  test('is that of the report once the run is evaluated on today’s pairs, but not while it is trained on', () => {
    const evaluated = { ...older, metrics: [metrics('valid', 0.946, 'today')] };
    expect(validationAuc(evaluated)).toEqual({ auc: 0.946, isOlder: false });
    expect(validationAuc({ ...evaluated, status: 'running' })).toEqual({ auc: 0.932, isOlder: true });
  });

  test('on test pairs is marked likewise', () => {
    expect(listedTestAuc(trained)).toBeNull();
    expect(listedTestAuc({ metrics: [metrics('test', 0.9)] })).toEqual({ auc: 0.9, isOlder: true });
    expect(listedTestAuc({ metrics: [metrics('test', 0.9, 'today')] })).toEqual({ auc: 0.9, isOlder: false });
  });
});
