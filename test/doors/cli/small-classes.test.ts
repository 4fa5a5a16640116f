import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../src/main/compute/images/images.ts';
import type { DatasetSummary } from '../../../src/shared/dataset.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { hasBuild, runJson, scratch, writeAt } from './kit.ts';

const SIDE = 32;
const CLASSES = 30;

/** 30 classes of 6: each one colour of a 5 x 3 x 2 grid in RGB, under noise. */
async function drawThirtyOfSix(folder: string): Promise<void> {
  for (let c = 0; c < CLASSES; c++) {
    const colour = [30 + 48 * (c % 5), 40 + 85 * (Math.floor(c / 5) % 3), 60 + 130 * Math.floor(c / 15)];
    for (let i = 0; i < 6; i++) {
      const random = randomFor(11, 'small-classes', c, i);
      const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, k) => Math.max(0, Math.min(255, colour[k % 3]! + random.between(-25, 25))));
      writeAt(join(folder, `c${String(c).padStart(2, '0')}`, `${i}.png`), await encodePng({ data, width: SIDE, height: SIDE }));
    }
  }
}

describe.skipIf(!hasBuild)('30 classes of 6 images through the command line (needs the build)', () => {
  test('train, select an epoch and evaluate on classes that the network was not trained on', async () => {
    const folder = scratch('small classes');
    const at = ['--workspace', scratch('workspace')];
    await drawThirtyOfSix(folder);
    const imported = await runJson<DatasetSummary>(['import', folder, '--name', 'small', ...at]);
    expect(imported.warnings).toEqual([expect.stringContaining('Each split has different classes')]);
    expect(imported.splits.train).toBe(21 * 6);
    for (const split of ['train', 'valid', 'test'] as const) expect(imported.pairs[split]).toBeGreaterThan(100);
    const options = ['--size', '32', '--batch', '16', '--lr', '3e-3', '--epochs', '6', '--seed', '3', '--device', 'cpu'];
    const { run } = await runJson<{ run: string }>(['train', 'small', ...options, ...at]);
    const metrics = await runJson<{ pairs: number; auc: number; unseen: string }>(['evaluate', run, ...at]);
    expect(metrics.pairs).toBe(imported.pairs.test);
    expect(metrics.auc).toBeGreaterThan(0.8);
    expect(metrics.unseen).toBe('classes');
  });
});
