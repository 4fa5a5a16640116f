import { describe, expect, it } from 'vitest';
import { bestRun } from '../../../src/renderer/client/best-run.ts';
import { row, run as runRow } from '../run-rows.ts';

const run = (createdMs: number, bestEpoch: number | null, ...aucs: number[]) =>
  runRow(`r${createdMs}`, { bestEpoch, epochs: aucs.map((auc, i) => row(i + 1, auc)) });

describe('the default run', () => {
  it('is the one with the best validation AUC at its best epoch, not at its last', () => {
    const early = run(1, 1, 0.95, 0.4);
    const late = run(2, 2, 0.5, 0.9);
    expect(bestRun([late, early])).toBe(early);
  });
  it('is the newest of equals, or null', () => {
    const [old, young] = [run(1, 1, 0.9), run(5, 1, 0.9)];
    expect(bestRun([old, young])).toBe(young);
    expect(bestRun([])).toBeNull();
  });
});
