import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, importColours, openTestWorkbench, openTrained } from '../training/test-workbench.ts';

const COMPACT = { encoder: 'compact', weights: null };
const signal = new AbortController().signal;

describe.skipIf(!hasCompute)('the map of a data set (needs the build)', () => {
  test('is laid out by a job, stored, the same for the same seed, and unchanged by an exclusion; damage is noticed', async () => {
    const { app, dataset } = await openTrained();
    const { embeddings, imageMaps } = app.workbench.wholeSet;
    const about = { dataset, source: COMPACT };
    const early = await app.waitForEnd(await app.call('imageMap.start', about));
    expect(early.error?.message).toMatch(/analyse it first/);
    expect(await app.call('imageMap.status', about)).toMatchObject({ state: 'missing', facts: null });
    await expect(app.call('imageMap.points', about)).rejects.toMatchObject({ code: 'not-found' });

    const set = await embeddings.ensure(dataset, COMPACT, { signal });
    const job = await app.waitForEnd(await app.call('imageMap.start', about));
    expect(job).toMatchObject({ status: 'done', kind: 'image-map', result: { imageMap: dataset } });
    expect(await app.call('imageMap.status', about)).toMatchObject({ state: 'ready', facts: { images: 36, added: 0 } });
    const { facts } = await app.call('imageMap.status', about);
    expect(facts!.trustworthiness).toBeGreaterThan(0.7);
    const points = await app.call('imageMap.points', about);
    expect([...points.ids]).toEqual([...set.ids]);
    expect(points.xy.every(Number.isFinite)).toBe(true);

    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [points.ids[0]!] } });
    expect(await app.call('imageMap.status', about)).toMatchObject({ state: 'ready' });
    await imageMaps.layOut(dataset, COMPACT, { signal, again: true });
    expect(await app.call('imageMap.points', about)).toEqual(points);

    const folder = join(app.workbench.workspace.maps, dataset);
    const inner = join(folder, readdirSync(folder)[0]!);
    expect(readdirSync(inner)).toHaveLength(3); // the record and the numbers of the last layout
    const file = join(
      inner,
      readdirSync(inner).find((name) => name.endsWith('.xy.f32'))!,
    );
    const bytes = readFileSync(file);
    bytes[9]! ^= 1;
    writeFileSync(file, bytes);
    await expect(app.call('imageMap.points', about)).rejects.toThrow(/damaged/);
    await imageMaps.layOut(dataset, COMPACT, { signal });
    expect(await app.call('imageMap.points', about)).toEqual(points);
  });

  test('keeps its points when images are added, and places the new ones', async () => {
    const app = openTestWorkbench();
    const folder = scratch('colours');
    const dataset = await importColours(app, 8, folder);
    const first = app.workbench.store.browse.all(dataset)[0]!;
    const file = join(folder, first.file);
    const bytes = readFileSync(file);
    rmSync(file);
    const { embeddings, imageMaps } = app.workbench.wholeSet;
    await embeddings.ensure(dataset, COMPACT, { signal });
    await imageMaps.layOut(dataset, COMPACT, { signal });
    const before = await imageMaps.points(dataset, COMPACT);
    expect(before.ids).not.toContain(first.id);

    writeFileSync(file, bytes);
    await embeddings.ensure(dataset, COMPACT, { signal, again: true });
    expect(await imageMaps.status(dataset, COMPACT)).toMatchObject({ state: 'stale' });
    expect(await imageMaps.layOut(dataset, COMPACT, { signal })).toMatchObject({ images: 24, added: 1 });
    const after = await imageMaps.points(dataset, COMPACT);
    expect(after.ids[0]).toBe(first.id);
    expect([...after.xy.subarray(2)]).toEqual([...before.xy]);
    expect(after.xy.every(Number.isFinite)).toBe(true);
  });

  test('can be cancelled, and leaves nothing', async () => {
    const { app, dataset } = await openTrained();
    const { embeddings, imageMaps } = app.workbench.wholeSet;
    await embeddings.ensure(dataset, COMPACT, { signal });
    const controller = new AbortController();
    controller.abort();
    await expect(imageMaps.layOut(dataset, COMPACT, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await imageMaps.status(dataset, COMPACT)).toMatchObject({ state: 'missing' });
  });
});
