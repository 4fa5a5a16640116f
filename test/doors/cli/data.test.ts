import { expect, test } from 'vitest';
import { runLine } from '../../../src/main/doors/cli/data.ts';
import type { RunRecord } from '../../../src/shared/run.ts';
import { someConfig } from '../../db/records.ts';

test('a run is listed with its epochs, and a linear probe as such', () => {
  const run = { run: 'r1', status: 'done', dataset: 'things', epochs: [{ epoch: 1, aucValid: 0.9 }], bestEpoch: 1, metrics: [] };
  const listed = (loss: 'contrastive' | 'probe'): string => runLine({ ...run, config: { ...someConfig, loss } } as unknown as RunRecord);
  expect(listed('contrastive')).toBe('r1\tdone\tthings\tcompact\tall\t1 epoch\tvalidation AUC 0.900\ttest AUC –');
  expect(listed('probe').split('\t')[5]).toBe('linear probe');
});
