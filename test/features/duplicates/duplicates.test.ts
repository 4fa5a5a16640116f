import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isContradicting, isLeak, stacksOf } from '../../../src/shared/duplicate-stacks.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { drawPlanted } from './draw-planted.ts';
import { hasCompute, openTestWorkbench } from '../training/test-workbench.ts';

const source = { encoder: 'compact', weights: null };

describe.skipIf(!hasCompute)('duplicates (needs the build)', () => {
  test('are found by the analysis of a data set, once, and are rejected for good', async () => {
    const app = openTestWorkbench();
    const folder = scratch('planted');
    await drawPlanted(folder);
    copyFileSync(join(folder, 'train', 'even', '4.png'), join(folder, 'train', 'even', 'copy.png'));
    const imported = await app.waitForEnd(await app.call('datasets.import', { folder, name: 'Planted' }));
    const { dataset } = imported.result as { dataset: string };
    expect(await app.call('duplicates.report', { dataset, source })).toBeNull();
    await app.waitForEnd(await app.call('embeddings.start', { dataset, source }));
    const report = (await app.call('duplicates.report', { dataset, source }))!;
    expect(report).toMatchObject({ dataset, source, compared: 14 });
    const named = (at: number): string => report.images.find(({ id }) => id === at)!.file;
    const texts = Array.from(report.pairs.a, (a, i) => [named(a), named(report.pairs.b[i]!), Boolean(report.pairs.mirrored[i])]);
    expect(texts.toSorted()).toEqual([
      ['test/odd/brighter.png', 'train/odd/1.png', false],
      ['train/even/0.png', 'train/odd/mirrored.png', true],
      ['train/even/2.png', 'train/even/cropped.png', false],
      ['train/even/4.png', 'train/even/copy.png', false],
    ]);
    const stacks = stacksOf(report, 0.9);
    expect(stacks.filter(isLeak).map(({ images }) => images.map(({ file }) => file).toSorted())).toEqual([
      ['test/odd/brighter.png', 'train/odd/1.png'],
    ]);
    expect(stacks.filter(isContradicting)).toHaveLength(1);

    const [a, b] = [report.pairs.a[0]!, report.pairs.b[0]!];
    expect(await app.call('duplicates.reject', { dataset, pairs: [[b, a]], rejected: true })).toEqual([[a, b]]);
    const again = (await app.call('duplicates.report', { dataset, source }))!;
    expect(again.computedMs).toBe(report.computedMs); // read, not found again
    expect(stacksOf(again, 0.9)).toHaveLength(3);

    // What an analysis stored is lost: it is found again.
    const stored = (await app.workbench.wholeSet.embeddings.find(dataset, source))!.request.folder;
    for (const name of readdirSync(stored)) if (name.startsWith('duplicates')) rmSync(join(stored, name));
    expect((await app.call('duplicates.report', { dataset, source }))!.pairs).toEqual(report.pairs);
  });
});
