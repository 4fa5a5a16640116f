import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { isIntactPng } from '../../../src/main/features/compare/png.ts';
import type { ComparisonRow } from '../../../src/shared/comparison.ts';
import { FLIP_PARTS, FLIP_RECIPE, flipPictures, type FlipTest } from '../../../src/shared/flip.ts';
import type { Job } from '../../../src/shared/job.ts';
import { hasCompute, importColours, shareWorkspace, type TestWorkbench } from '../training/test-workbench.ts';

async function trainOnColours(app: TestWorkbench): Promise<{ dataset: string; run: string }> {
  const dataset = await importColours(app, 24);
  const job = await app.waitForEnd(await app.call('runs.start', { dataset, size: 32, batch: 8, lr: 3e-3, seed: 3, epochs: 2 }));
  return { dataset, run: job.result!['run']! };
}

const openTrained = shareWorkspace(trainOnColours);

describe.skipIf(!hasCompute)('flip tests of stored comparisons (needs the build)', () => {
  const open = async () => {
    const { app, dataset, run } = await openTrained();
    const row = (comparison: string): Promise<ComparisonRow> => app.call('compare.get', { comparison });
    const explain = async (a: number, b: number): Promise<string> =>
      (await app.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } })).row.comparison;
    const flip = async (comparison: string): Promise<Job> => app.waitForEnd(await app.call('compare.flip', { comparison }));
    const flipOf = async (comparison: string): Promise<FlipTest> => {
      expect(await flip(comparison)).toMatchObject({ status: 'done', kind: 'flip', result: { comparison } });
      return (await row(comparison)).flip!;
    };
    return { app, dataset, run, row, explain, flip, flipOf };
  };

  test('a job stores the test with the comparison, and its pictures; a server gives them, also after they were lost', async () => {
    const { app, explain, row, flipOf } = await open();
    const comparison = await explain(0, 60);
    expect((await row(comparison)).flip).toBeUndefined();
    const found = await flipOf(comparison);
    const { distance, verdict, threshold } = await row(comparison);
    expect(found).toMatchObject({ recipe: FLIP_RECIPE, side: 32, outcome: 'tested' });
    expect(found.distance).toBeCloseTo(distance, 5);
    for (const share of found.marked) expect(share > 0 && share <= 100).toBe(true);
    const changes = (d: number): boolean => d > threshold !== (verdict === 'different');
    for (const part of FLIP_PARTS) {
      const { remove, keep } = found.parts[part]!;
      for (const [search, hasEffect] of [
        [remove, changes],
        [keep, (d: number) => !changes(d)],
      ] as const) {
        expect(search.tried.find((one) => hasEffect(one.distance))?.share ?? null).toBe(search.share);
        expect(search.rolled).toHaveLength(search.share === 0 ? 0 : 16);
        for (const share of search.rolled) if (share !== null) expect(share).toBeLessThanOrEqual(search.share ?? 50);
      }
    }
    expect((await app.call('compare.open', { comparison })).row.flip).toEqual(found);
    expect(await flipOf(comparison)).toEqual(found); // not computed again

    const folder = app.workbench.workspace.comparison(comparison);
    const pictures = flipPictures(found);
    expect(pictures.length).toBe(8);
    const bytes = new Map(pictures.map(({ name }) => [name, readFileSync(join(folder, name))]));
    const [first, second] = [pictures[0]!.name, pictures[1]!.name];
    expect(await sharp(bytes.get(first)).metadata()).toMatchObject({ format: 'png', width: 32, height: 32, channels: 3 });
    rmSync(join(folder, first));
    writeFileSync(join(folder, second), bytes.get(second)!.subarray(0, 50));
    const media = await app.workbench.media.file(`comparison/${comparison}/${first}`);
    expect(media).toMatchObject({ type: 'image/png', immutable: true });
    for (const { name } of pictures) {
      const again = readFileSync(join(folder, name));
      expect(isIntactPng(again)).toBe(true);
      expect(again.equals(bytes.get(name)!)).toBe(true);
    }
    await expect(app.workbench.media.file(`comparison/${await explain(0, 61)}/${first}`)).rejects.toMatchObject({ code: 'not-found' });

    // The picture of A differs from A only where it is blurred, by the share.
    const file = (await row(comparison)).images[0].file;
    const original = await sharp(file).removeAlpha().resize(32, 32, { fit: 'fill', kernel: 'lanczos3' }).raw().toBuffer();
    const picture = pictures.find(({ mode, part }) => mode === 'remove' && part === 'a')!;
    const changed = await sharp(join(folder, picture.name)).raw().toBuffer();
    let pixels = 0;
    for (let i = 0; i < changed.length; i += 3) if (changed.compare(original, i, i + 3, i, i + 3) !== 0) pixels++;
    expect(pixels).toBeGreaterThan(0);
    expect(pixels).toBeLessThanOrEqual((picture.share / 100) * 1024 + 16);
  });

  test('B and A give the swapped rows; identical images an outcome; an older recipe is computed again; a cancelled test stores nothing', async () => {
    const { app, explain, flipOf, row } = await open();
    const [one, swapped] = [await flipOf(await explain(2, 62)), await flipOf(await explain(62, 2))];
    expect(swapped.pixels).toEqual(one.pixels.toReversed());
    const sharesOf = ({ parts }: FlipTest, order: readonly ('a' | 'b' | 'both')[]) =>
      order.map((part) => [parts[part]!.remove.share, parts[part]!.keep.share, parts[part]!.remove.rolled]);
    expect(sharesOf(swapped, ['b', 'a', 'both'])).toEqual(sharesOf(one, ['a', 'b', 'both']));

    const same = await explain(7, 7);
    const identical = await flipOf(same);
    expect(identical).toMatchObject({ outcome: 'identical', parts: { a: null, b: null, both: null } });
    expect(readdirSync(app.workbench.workspace.comparison(same)).filter((name) => name.startsWith('flip'))).toEqual([]);
    app.workbench.store.comparisons.putFlip(same, { ...identical, recipe: FLIP_RECIPE - 1 });
    expect((await flipOf(same)).recipe).toBe(FLIP_RECIPE);

    const comparison = await explain(3, 63);
    const started = await app.call('compare.flip', { comparison });
    await app.call('jobs.cancel', { job: started.job });
    expect(await app.waitForEnd(started)).toMatchObject({ status: 'cancelled' });
    expect((await row(comparison)).flip).toBeUndefined();
    expect((await flipOf(comparison)).outcome).toBe('tested');
  });

  test('what can’t be tested says why, and the comparison stays as it is', async () => {
    const { app, run, explain, flip, row } = await open();
    await expect(app.call('compare.flip', { comparison: 'c999' })).rejects.toMatchObject({ code: 'not-found' });
    const [lostMap, lostImage, lostRun] = [await explain(8, 68), await explain(9, 69), await explain(10, 70)];
    const before = await row(lostMap);
    rmSync(before.images[0].signed);
    expect(await flip(lostMap)).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('is missing') as string } });
    expect(await row(lostMap)).toEqual(before);
    const { file } = (await row(lostImage)).images[1];
    const bytes = readFileSync(file);
    rmSync(file);
    expect(await flip(lostImage)).toMatchObject({ status: 'failed', error: { code: 'not-found' } });
    writeFileSync(file, bytes);
    rmSync(app.workbench.workspace.run(run), { recursive: true });
    expect(await flip(lostRun)).toMatchObject({
      status: 'failed',
      error: {
        code: 'not-found',
        message: expect.stringContaining('was deleted, so the verdict on these images can’t be tested any more') as string,
      },
    });
  });
});
