import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { isContradicting, isLeak, stacksOf } from '../../../src/shared/duplicate-stacks.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, openTestWorkbench } from '../training/test-workbench.ts';

const SIDE = 64;
const source = { encoder: 'compact', weights: null };

/** Soft coloured blocks of 4 px. */
function drawn(seed: number): Sharp {
  const random = randomFor(seed, 'drawn');
  const cells = SIDE / 4;
  const data = Uint8Array.from({ length: cells * cells * 3 }, () => random.below(256));
  return sharp(data, { raw: { width: cells, height: cells, channels: 3 } }).resize(SIDE, SIDE, { kernel: 'cubic' });
}

/** Ten pictures in two classes; of three of them an edit each: mirrored, in the other class; brighter, in the test split; cropped. */
async function planted(): Promise<string> {
  const root = scratch('planted');
  const write = async (file: string, image: Sharp): Promise<void> => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    await image.png().toFile(join(root, file));
  };
  for (let i = 0; i < 10; i++) await write(`${i < 6 ? 'train' : i < 8 ? 'valid' : 'test'}/${i % 2 === 0 ? 'even' : 'odd'}/${i}.png`, drawn(i));
  const pixels = async (i: number): Promise<Sharp> => sharp(await drawn(i).png().toBuffer());
  await write('train/odd/mirrored.png', (await pixels(0)).flop());
  await write('test/odd/brighter.png', (await pixels(1)).linear(1.1, 10));
  await write('train/even/cropped.png', (await pixels(2)).extract({ left: 5, top: 8, width: 52, height: 52 }));
  return root;
}

describe.skipIf(!hasCompute)('duplicates (needs the build)', () => {
  test('are found by the analysis of a data set, once, and are rejected for good', async () => {
    const app = openTestWorkbench();
    const imported = await app.waitForEnd(await app.call('datasets.import', { folder: await planted(), name: 'Planted' }));
    const { dataset } = imported.result as { dataset: string };
    expect(await app.call('duplicates.report', { dataset, source })).toBeNull();
    await app.waitForEnd(await app.call('embeddings.start', { dataset, source }));
    const report = (await app.call('duplicates.report', { dataset, source }))!;
    expect(report).toMatchObject({ dataset, source, compared: 13 });
    const named = (at: number): string => report.images.find(({ id }) => id === at)!.file;
    const texts = Array.from(report.pairs.a, (a, i) => [named(a), named(report.pairs.b[i]!), Boolean(report.pairs.mirrored[i])]);
    expect(texts.toSorted()).toEqual([
      ['test/odd/brighter.png', 'train/odd/1.png', false],
      ['train/even/0.png', 'train/odd/mirrored.png', true],
      ['train/even/2.png', 'train/even/cropped.png', false],
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
    expect(stacksOf(again, 0.9)).toHaveLength(2);

    // What an analysis stored is lost: it is found again.
    const folder = (await app.workbench.wholeSet.embeddings.find(dataset, source))!.request.folder;
    for (const name of readdirSync(folder)) if (name.startsWith('duplicates')) rmSync(join(folder, name));
    expect((await app.call('duplicates.report', { dataset, source }))!.pairs).toEqual(report.pairs);
  });
});
