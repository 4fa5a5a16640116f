import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseNpy } from '../../../src/main/foundation/npy.ts';
import type { ExplainedComparison } from '../../../src/shared/comparison.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, importColours, openRoom, type Room } from '../training/workbench.ts';

const PHOTOS_AND_MAPS = ['a-photo.jpg', 'a-signed.npy', 'b-photo.jpg', 'b-signed.npy'];
const OVERLAYS = ['a-counterfactual.png', 'a-factual.png', 'b-counterfactual.png', 'b-factual.png'];

interface Trained {
  room: Room;
  dataset: string;
  run: string;
  filesOf(comparison: string): string[];
  explain(a: number, b: number): Promise<ExplainedComparison>;
}

async function trained(): Promise<Trained> {
  const room = openRoom();
  const dataset = await importColours(room);
  const job = await room.ended(await room.call('runs.start', { dataset, size: 32, batch: 8, lr: 3e-3, seed: 3, epochs: 2 }));
  const run = job.result!['run']!;
  return {
    ...{ room, dataset, run },
    filesOf: (comparison) => readdirSync(room.workbench.workspace.comparison(comparison)).sort(),
    explain: (a, b) => room.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } }),
  };
}

describe.skipIf(!hasCompute)('comparing for a screen and for the command line (needs the build)', () => {
  test('a screen gets the maps with the answer, and no overlay is drawn before the comparison is saved', async () => {
    const { room, filesOf, explain } = await trained();
    const { row, maps } = await explain(0, 30);
    const stored = row.images.map(({ signed }) => parseNpy(readFileSync(signed)));
    expect(maps).toEqual({ width: stored[0]!.width, height: stored[0]!.height, signed: stored.map(({ values }) => [...values]) });
    expect(Math.max(...maps.signed.flat().map(Math.abs))).toBe(row.scale);
    expect(filesOf(row.comparison)).toEqual(PHOTOS_AND_MAPS);

    expect(await explain(0, 30)).toEqual({ row, maps }); // the stored one
    expect(await room.call('compare.open', { comparison: row.comparison })).toEqual({ row, maps });
    expect(filesOf(row.comparison)).toEqual(PHOTOS_AND_MAPS);

    await room.call('compare.annotate', { comparison: row.comparison, judgement: 'agree' });
    const { path } = await room.api.media(`comparison/${row.comparison}/b-factual.png`); // waits for the drawing
    expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
    expect(filesOf(row.comparison)).toEqual([...PHOTOS_AND_MAPS, ...OVERLAYS].sort());
  });

  test('a report draws the overlays that it shows', async () => {
    const { room, filesOf, explain } = await trained();
    const { comparison } = (await explain(1, 31)).row;
    const { html } = await room.call('reports.preview', { title: '', comparisons: [comparison] });
    expect(html!.match(/data:image\/png/g)).toHaveLength(OVERLAYS.length);
    expect(filesOf(comparison)).toEqual([...PHOTOS_AND_MAPS, ...OVERLAYS].sort());
  });

  test('overlays drawn later are those that the command line draws at once, also where only the stored photograph is left', async () => {
    const { room, run, explain } = await trained();
    const out = join(scratch('out'), 'copies');
    const { row } = await explain(2, 32);
    const images = row.images.map(({ file }) => file) as [string, string];
    const atOnce = await room.workbench.compare.compare({ run, images, target: 'verdict', out });
    const later = await room.workbench.compare.withOverlays(row.comparison);
    for (const kind of ['factual', 'counterfactual'] as const)
      later.images.forEach((image, i) => {
        expect(readFileSync(image[kind]).equals(readFileSync(atOnce.images[i]![kind])), `${kind} ${i}`).toBe(true);
      });
    expect(readdirSync(out).sort()).toEqual([...PHOTOS_AND_MAPS, ...OVERLAYS].sort());
    expect(atOnce.images.every(({ signed }) => signed.startsWith(out))).toBe(true);

    const unsaved = (await explain(3, 33)).row;
    for (const { file } of unsaved.images) rmSync(file);
    const drawn = await room.workbench.compare.withOverlays(unsaved.comparison);
    expect(drawn.images.every(({ factual }) => existsSync(factual))).toBe(true);
  });

  test('files that no image are named with the reason, and a lost map says what to do', async () => {
    const { room, dataset, run, explain } = await trained();
    const file = join(scratch('text'), 'text.jpg');
    writeFileSync(file, 'Bought on Tuesday.');
    await room.api.choose(file);
    await expect(room.call('compare.explain', { run, a: { dataset, id: 0 }, b: { file } })).rejects.toMatchObject({
      code: 'bad-image',
      message: `"text.jpg" isn't an image; it looks like text.`,
    });
    const { row } = await explain(4, 34);
    rmSync(row.images[0].signed);
    await expect(room.call('compare.open', { comparison: row.comparison })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('Compare the two images again') as string,
    });
  });
});
