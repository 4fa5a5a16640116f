import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseNpy } from '../../../src/main/foundation/npy.ts';
import type { ExplainedComparison } from '../../../src/shared/comparison.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, openTestWorkbench, openTrained, trainOnColours, type TestWorkbench } from '../training/test-workbench.ts';

const PHOTOS_AND_MAPS = ['a-photo.jpg', 'a-signed.npy', 'b-photo.jpg', 'b-signed.npy'];
const OVERLAYS = ['a-counterfactual.png', 'a-factual.png', 'b-counterfactual.png', 'b-factual.png'];

interface TrainedWorkbench {
  app: TestWorkbench;
  dataset: string;
  run: string;
  filesOf(comparison: string): string[];
  explain(a: number, b: number): Promise<ExplainedComparison>;
}

function withHelpers({ app, dataset, run }: Pick<TrainedWorkbench, 'app' | 'dataset' | 'run'>): TrainedWorkbench {
  return {
    ...{ app, dataset, run },
    filesOf: (comparison) => readdirSync(app.workbench.workspace.comparison(comparison)).sort(),
    explain: (a, b) => app.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } }),
  };
}

const open = async (): Promise<TrainedWorkbench> => withHelpers(await openTrained());

describe.skipIf(!hasCompute)('comparing for a screen and for the command line (needs the build)', () => {
  test('a screen receives the maps with the answer, and no overlay is drawn before the comparison is saved', async () => {
    const { app, filesOf, explain } = await open();
    const { row, maps } = await explain(0, 30);
    const stored = row.images.map(({ signed }) => parseNpy(readFileSync(signed)));
    expect(maps).toEqual({ width: stored[0]!.width, height: stored[0]!.height, signed: stored.map(({ values }) => [...values]) });
    expect(Math.max(...maps.signed.flat().map(Math.abs))).toBe(row.scale);
    expect(filesOf(row.comparison)).toEqual(PHOTOS_AND_MAPS);

    expect(await explain(0, 30)).toEqual({ row, maps }); // the stored one
    expect(await app.call('compare.open', { comparison: row.comparison })).toEqual({ row, maps });
    expect(filesOf(row.comparison)).toEqual(PHOTOS_AND_MAPS);

    await app.call('compare.annotate', { comparison: row.comparison, judgement: 'agree' });
    const { path } = await app.api.media(`comparison/${row.comparison}/b-factual.png`); // waits for the drawing
    expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
    expect(filesOf(row.comparison)).toEqual([...PHOTOS_AND_MAPS, ...OVERLAYS].sort());
  });

  test('a stored comparison has the classes of its data set as it is now', async () => {
    const { app, dataset, explain } = await open();
    const { row } = await explain(0, 1);
    expect(row.images.map(({ className }) => className)).toEqual(['blue', 'blue']);
    await app.call('curation.apply', { dataset, edit: { kind: 'relabel', ids: [1], className: 'red' } });
    const now = [
      (await explain(0, 1)).row,
      (await app.call('compare.open', { comparison: row.comparison })).row,
      await app.call('compare.get', { comparison: row.comparison }),
      (await app.call('compare.list', {}))[0]!,
      await app.call('compare.annotate', { comparison: row.comparison, note: 'x' }),
    ];
    for (const { images } of now) {
      expect(images.map(({ className }) => className)).toEqual(['blue', 'red']);
      expect(images[1].filed).toMatchObject([{ id: 1, className: 'red' }]);
    }
    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [0] } });
    const { images, warnings } = await app.call('compare.get', { comparison: row.comparison });
    expect(images[0]).toMatchObject({ className: 'blue', filed: [], split: null });
    const records = await app.call('images.rows', { dataset, ids: [2, 3] });
    expect((await explain(2, 3)).row.images.map(({ split }) => split)).toEqual(records.map(({ split }) => split));
    expect(warnings.filter((text) => text.includes('excluded from the data set'))).toHaveLength(1);
  });

  test('a report draws the overlays that it shows', async () => {
    const { app, filesOf, explain } = await open();
    const { comparison } = (await explain(1, 31)).row;
    const { html } = await app.call('reports.preview', { title: '', comparisons: [comparison], part: 1 });
    expect(html!.match(/data:image\/webp/g)).toHaveLength(2 + OVERLAYS.length);
    expect(filesOf(comparison)).toEqual([...PHOTOS_AND_MAPS, ...OVERLAYS].sort());
  });

  test('overlays drawn later equal those that the command line draws at once, also from the stored photograph alone', async () => {
    const own = openTestWorkbench(); // images are deleted below
    const { app, run, explain } = withHelpers({ app: own, ...(await trainOnColours(own)) });
    const out = join(scratch('out'), 'copies');
    const { row } = await explain(2, 32);
    const images = row.images.map(({ file }) => file) as [string, string];
    const atOnce = await app.workbench.compare.compare({ run, images, target: 'verdict', out });
    await app.workbench.compare.drawOverlays(row.comparison);
    const later = app.workbench.store.comparisons.get(row.comparison);
    for (const kind of ['factual', 'counterfactual'] as const)
      later.images.forEach((image, i) => {
        expect(readFileSync(image[kind]).equals(readFileSync(atOnce.images[i]![kind])), `${kind} ${i}`).toBe(true);
      });
    expect(readdirSync(out).sort()).toEqual([...PHOTOS_AND_MAPS, ...OVERLAYS].sort());
    expect(atOnce.images.every(({ signed }) => signed.startsWith(out))).toBe(true);

    const unsaved = (await explain(3, 33)).row;
    for (const { file } of unsaved.images) rmSync(file);
    await app.workbench.compare.drawOverlays(unsaved.comparison);
    expect(unsaved.images.every(({ factual }) => existsSync(factual))).toBe(true);
  });

  test('names a file that is no image with the reason, and explains what to do about a lost map', async () => {
    const { app, dataset, run, explain } = await open();
    const file = join(scratch('text'), 'text.jpg');
    writeFileSync(file, 'Bought on Tuesday.');
    await app.api.choose(file);
    await expect(app.call('compare.explain', { run, a: { dataset, id: 0 }, b: { file } })).rejects.toMatchObject({
      code: 'bad-image',
      message: `"text.jpg" isn't an image; it looks like text.`,
    });
    const { row } = await explain(4, 34);
    rmSync(row.images[0].signed);
    await expect(app.call('compare.open', { comparison: row.comparison })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('Compare the two images again') as string,
    });
  });
});
