import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ComparisonRow } from '../../../src/shared/comparison.ts';
import { cellNear, hasMatches, matchesOfCell, type PairMatches, strongestPairs } from '../../../src/shared/matches.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, importColours, shareWorkspace, type TestWorkbench } from '../training/test-workbench.ts';

const SIDE = 32; // px

async function trainOnColours(app: TestWorkbench): Promise<{ dataset: string; run: string }> {
  const dataset = await importColours(app, 6);
  const job = await app.waitForEnd(await app.call('runs.start', { dataset, size: SIDE, batch: 8, lr: 3e-3, seed: 3, epochs: 1 }));
  return { dataset, run: job.result!['run']! };
}

const openTrained = shareWorkspace(trainOnColours);

/** Stripes and a corner, so that no cell is like another. */
const pattern = (x: number, y: number, c: number): number => (37 * x + 91 * y * (c + 1) + (x > 20 && y < 9 ? 120 : 0)) % 256;
const raw = (value: (x: number, y: number, c: number) => number) =>
  sharp(
    Uint8Array.from({ length: 3 * SIDE ** 2 }, (_, i) => value(Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE), i % 3)),
    { raw: { width: SIDE, height: SIDE, channels: 3 } },
  );

describe.skipIf(!hasCompute)('matching spots of a pair (needs the build)', () => {
  const open = async () => {
    const { app, dataset, run } = await openTrained();
    const folder = scratch('patterns');
    mkdirSync(folder, { recursive: true });
    const explain = async (a: number, b: number): Promise<ComparisonRow> =>
      (await app.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } })).row;
    const explainFiles = async (...files: [string, string]): Promise<ComparisonRow> => {
      for (const file of files) await app.call('files.choose', { file });
      return (await app.call('compare.explain', { run, a: { file: files[0] }, b: { file: files[1] } })).row;
    };
    const save = (name: string, bytes: Uint8Array): string => {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      return file;
    };
    const find = async ({ comparison }: ComparisonRow): Promise<PairMatches> => {
      const answer = await app.call('compare.matches', { comparison });
      if (!hasMatches(answer)) throw new Error(answer.none);
      return answer;
    };
    return { app, run, explain, explainFiles, save, find };
  };

  test('swapping A and B swaps everything; a copy stored turned (EXIF) has the matches of the upright one', async () => {
    const { explain, explainFiles, find, save } = await open();
    const row = await explain(0, 10);
    const [one, back] = [await find(row), await find(await explain(10, 0))];
    expect(one.distance).toBeCloseTo(row.distance, 4);
    expect(one).toMatchObject({ width: 4, height: 4, listed: 5, placement: row.images[0].placement });
    expect(back.unrelated).toBeCloseTo(one.unrelated, 5);
    const [pairs, swapped] = [strongestPairs(one), strongestPairs(back)];
    expect(pairs.length).toBeGreaterThan(0);
    expect(swapped.map(({ a, b }) => [b, a])).toEqual(pairs.map(({ a, b }) => [a, b]));
    swapped.forEach(({ share, cosine }, i) => {
      expect(share).toBeCloseTo(pairs[i]!.share, 5);
      expect(cosine).toBeCloseTo(pairs[i]!.cosine, 5);
    });

    // An image stored turned (EXIF) has the matches of the upright one; the same image twice matches cell by cell.
    const other = save(
      'other.png',
      await raw((x, y, c) => pattern(y, x, c) ^ 85)
        .png()
        .toBuffer(),
    );
    const upright = save('upright.png', await raw(pattern).png().toBuffer());
    // Orientation 6 turns what is stored clockwise: stored(x, y) is shown at (side - 1 - y, x).
    const turned = save(
      'turned.png',
      await raw((x, y, c) => pattern(SIDE - 1 - y, x, c))
        .withMetadata({ orientation: 6 })
        .png()
        .toBuffer(),
    );
    const plain = save(
      'plain.png',
      await raw((x, y, c) => pattern(SIDE - 1 - y, x, c))
        .png()
        .toBuffer(),
    );
    const matches = await find(await explainFiles(upright, other));
    expect(await find(await explainFiles(turned, other))).toEqual(matches);
    expect(await find(await explainFiles(plain, other))).not.toEqual(matches);
    const same = await find(await explainFiles(upright, turned));
    for (let cell = 0; cell < same.width * same.height; cell++) {
      const [best] = matchesOfCell(same, 0, cell);
      expect(best).toMatchObject({ a: cell, b: cell, mutual: true });
      expect(best!.cosine).toBeCloseTo(1, 5);
    }
    expect(cellNear(same, 0, 0.999)).toBe(12);
  });

  test('are stored with the comparison: they stay without the network, and a damaged file is computed again', async () => {
    const { app, run, explain, find } = await open();
    const [row, later] = [await explain(1, 11), await explain(2, 12)];
    const found = await find(row);
    const file = join(app.workbench.workspace.comparison(row.comparison), 'matches.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"distance":', '"distance":1'));
    expect(await find(row)).toEqual(found);
    const preview = async (): Promise<string> =>
      (await app.call('reports.preview', { title: '', comparisons: [row.comparison], sections: ['matches'], part: 1 })).html!;
    rmSync(app.workbench.workspace.run(run), { recursive: true });
    expect(await find(row)).toEqual(found);
    await expect(find(later)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('was deleted, so matching spots can’t be found any more') as string,
    });
    const page = await preview();
    expect(page.match(/<line class="(for|against)"/g)).toHaveLength(strongestPairs(found).length);
    expect(page.match(/<image href="data:image\/webp/g)).toHaveLength(2);
  });
});
