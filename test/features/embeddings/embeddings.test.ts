import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EMBEDDING_FILES, type EmbeddedSet, type StoredNeighbours } from '../../../src/main/compute/protocol/embeddings.ts';
import { setFolder } from '../../../src/main/features/embeddings/set-record.ts';
import { readNumbers } from '../../../src/main/foundation/number-files.ts';
import { hasCompute, openTrained, openTestWorkbench, importColours, type TestWorkbench } from '../training/test-workbench.ts';
import { scratch } from '../../doors/cli/kit.ts';

const COMPACT = { encoder: 'compact', weights: null };
const signal = new AbortController().signal;

/** The first image of each row's neighbours, with distances. */
async function stored(app: TestWorkbench, dataset: string, source: { encoder: string; weights: string | null } | { run: string }) {
  const { embeddings } = app.workbench.wholeSet;
  const set = (await embeddings.find(dataset, source))!;
  return { set, ...(await embeddings.neighbours(set)) };
}

/** The stored distances are the sorted ones of all others in float64, and each neighbour is at its distance. */
async function expectBruteForce({ request }: EmbeddedSet, { k, positions, distances }: StoredNeighbours): Promise<void> {
  const { folder, n, d } = request;
  const rows = new Float32Array(n * d);
  expect(await readNumbers(join(folder, EMBEDDING_FILES.rows), rows)).toBe(true);
  const dot = (i: number, j: number): number => rows.subarray(i * d, (i + 1) * d).reduce((sum, x, c) => sum + x * rows[j * d + c]!, 0);
  for (let i = 0; i < n; i++) {
    const exact = Float64Array.from({ length: n }, (_, j) => (i === j ? Infinity : 1 - dot(i, j))).map((x) => Math.max(0, x));
    const sorted = exact.toSorted();
    for (let j = 0; j < k; j++) {
      expect(distances[i * k + j]).toBeCloseTo(sorted[j]!, 6);
      expect(exact[positions[i * k + j]!]).toBeCloseTo(sorted[j]!, 6);
    }
  }
}

describe.skipIf(!hasCompute)('embeddings of a data set (needs the build)', () => {
  test('are computed by a job, once; another window hears of it; a run has its distance and threshold', async () => {
    const { app, dataset, run } = await openTrained();
    const source = { run };
    expect(await app.call('embeddings.status', { dataset, source })).toMatchObject({ state: 'missing', facts: null, name: 'run 1' });
    const heard: unknown[] = [];
    app.workbench.hub.on((event, payload) => void (event === 'changed' && heard.push(payload)));
    const job = await app.waitForEnd(await app.call('embeddings.start', { dataset, source }));
    expect(heard).toContainEqual({ what: 'embeddings', id: dataset });
    expect(job).toMatchObject({ status: 'done', error: null, kind: 'embed', subject: dataset, result: { embeddings: dataset } });
    const status = await app.call('embeddings.status', { dataset, source });
    const { threshold } = app.workbench.store.runs.get(run).calibration!;
    expect(status).toMatchObject({ state: 'ready', facts: { images: 36, neighbours: 20, measure: 'euclidean', threshold, unreadable: [] } });
    expect(status.facts!.recall).toMatchObject({ queries: 36, leftOut: 0, over: 'images' });

    // The distances are those of the run's own pairs.
    const { set, positions, distances, k } = await stored(app, dataset, source);
    const [a, b] = [set.ids[0]!, set.ids[positions[0]!]!].map((id) => ({ dataset, id }));
    const compared = await app.call('compare.explain', { run, a: a!, b: b! });
    expect(distances[0]).toBeCloseTo(compared.row.distance, 4);
    expect(k).toBe(20);

    const choices = await app.call('embeddings.choices', { dataset });
    expect(choices.map(({ source: one }) => one)).toContainEqual(source);
    expect(choices[0]!.source).toHaveProperty('encoder');
  });

  test('of an encoder skip what can’t be read, read it when it is back, and reuse features', async () => {
    const app = openTestWorkbench();
    const folder = scratch('colours');
    const dataset = await importColours(app, 4, folder);
    const [first, second] = app.workbench.store.browse.all(dataset);
    const file = join(folder, first!.file);
    const bytes = readFileSync(file);
    rmSync(file);
    writeFileSync(join(folder, second!.file), 'no image any more');
    const { embeddings } = app.workbench.wholeSet;
    const set = await embeddings.ensure(dataset, COMPACT, { signal });
    expect(set.unreadable.map(({ image, file: name }) => ({ image, name }))).toEqual([
      { image: first!.id, name: first!.file },
      { image: second!.id, name: second!.file },
    ]);
    expect(set.unreadable[0]!.reason).toMatch(/\.$/);
    expect([...set.ids]).toHaveLength(10);
    expect(set.request).toMatchObject({ n: 10, k: 9, measure: 'cosine' });
    expect(await embeddings.ensure(dataset, COMPACT, { signal })).toEqual(set);
    await expectBruteForce(set, await embeddings.neighbours(set));

    writeFileSync(file, bytes);
    const totals: number[] = [];
    const onProgress = ({ stage, total }: { stage: string; total: number }) => void (stage === 'images' && totals.push(total));
    const again = await embeddings.ensure(dataset, COMPACT, { signal, again: true, onProgress });
    expect(again.unreadable.map(({ image }) => image)).toEqual([second!.id]);
    expect(new Set(totals)).toEqual(new Set([2])); // the others are cached
    expect(again.key).not.toBe(set.key);
    const sets = readdirSync(setFolder(app.workbench.workspace.embeddings, dataset, COMPACT));
    expect(sets).toHaveLength(2); // the record and one folder of numbers
  });

  test('are the same after an edit, with the recall of the new classes; damaged files are computed again', async () => {
    const { app, dataset } = await openTrained();
    const { embeddings } = app.workbench.wholeSet;
    const set = await embeddings.ensure(dataset, COMPACT, { signal });
    const images = app.workbench.store.browse.all(dataset);
    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: images.slice(0, 4).map(({ id }) => id) } });
    expect(await embeddings.find(dataset, COMPACT)).toEqual(set);
    const edited = await embeddings.ensure(dataset, COMPACT, { signal, again: true });
    expect(edited.key).toBe(set.key);
    expect([set.recall!.queries, edited.recall!.queries]).toEqual([36, 32]);

    const path = join(edited.request.folder, EMBEDDING_FILES.rows);
    const bytes = readFileSync(path);
    bytes[0]! ^= 1;
    writeFileSync(path, bytes);
    const repaired = await embeddings.ensure(dataset, COMPACT, { signal, again: true });
    expect(repaired.request.folder).not.toBe(edited.request.folder);
    expect(repaired.key).toBe(set.key);
    expect((await stored(app, dataset, COMPACT)).positions).toHaveLength(36 * 20);
  });

  test('a cancelled job leaves no record and keeps the features; an unknown or unfinished source is refused', async () => {
    const { app, dataset } = await openTrained();
    const { embeddings } = app.workbench.wholeSet;
    const controller = new AbortController();
    const cancelled = embeddings.ensure(dataset, COMPACT, {
      signal: controller.signal,
      onProgress: ({ stage }) => stage === 'neighbours' && controller.abort(),
    });
    await cancelled.catch(() => undefined); // the search of so few may have ended before
    const totals: number[] = [];
    await embeddings.ensure(dataset, COMPACT, { signal, onProgress: ({ stage, total }) => stage === 'images' && totals.push(total) });
    expect(totals).toEqual([]);
    await expect(app.call('embeddings.status', { dataset, source: { run: 'r99' } })).rejects.toMatchObject({ code: 'not-found' });
    const failed = await app.waitForEnd(
      await app.call('embeddings.start', { dataset, source: { encoder: 'resnet50', weights: 'missing.safetensors' } }),
    );
    expect(failed.error?.message).toMatch(/Weights file not found/);
    await expect(embeddings.require(dataset, { encoder: 'patches', weights: null })).rejects.toThrow(/analyse it first/);
  });
});
