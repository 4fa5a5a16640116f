import { expect, test } from 'vitest';
import { compareEach, figuresLine } from '../../../src/main/doors/cli/compare-runs.ts';
import { AppError } from '../../../src/shared/errors.ts';
import type { RunRecord } from '../../../src/shared/run.ts';
import type { PairedComparison } from '../../../src/shared/run-difference.ts';
import { someConfig } from '../../db/records.ts';

test('a run that can’t be compared leaves the comparisons of the others; with none left it is the error', async () => {
  const asked: string[] = [];
  const comparison = {} as PairedComparison;
  const compare = (_: string, b: string): Promise<PairedComparison> => {
    asked.push(b);
    if (b === 'bad') return Promise.reject(new AppError('bad-request', 'Other data set.'));
    return b === 'stop' ? Promise.reject(new AppError('cancelled', 'Cancelled.')) : Promise.resolve(comparison);
  };
  const { found, refused } = await compareEach('r1', ['r2', 'bad', 'r2', 'r3'], compare);
  expect(asked).toEqual(['r2', 'bad', 'r3']);
  expect(found).toEqual(['r2', 'r3'].map((b) => ({ a: 'r1', b, comparison })));
  expect(refused.map(({ message }) => message)).toEqual(['Other data set.']);
  await expect(compareEach('r1', ['bad'], compare)).rejects.toThrow('Other data set.');
  await expect(compareEach('r1', ['r2', 'stop'], compare)).rejects.toMatchObject({ code: 'cancelled' });
});

test('a run is named with its figures and epochs, and a linear probe as such', () => {
  const metrics = [{ split: 'test', auc: 0.9, eer: 0.1, accuracy: 0.8, threshold: 1 }];
  const of = (loss: 'contrastive' | 'probe'): string =>
    figuresLine({ run: 'r1', config: { ...someConfig, loss }, epochs: [{ epoch: 1 }], seconds: 2, metrics } as unknown as RunRecord);
  expect(of('contrastive')).toBe('r1: AUC 0.900, EER 10 %, accuracy 80 %, threshold 1.00, 1 epoch, 2 s');
  expect(of('probe')).toContain('threshold 1.00, linear probe, 2 s');
});
