import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openEmbeddings } from '../../../src/main/compute/embeddings/open-embeddings.ts';
import type { EmbeddingSource } from '../../../src/shared/embedding-source.ts';
import type { CallInput } from '../../../src/shared/contract.ts';
import type { SimilarAnswer } from '../../../src/shared/similar.ts';
import { hasCompute, openTrained, type TestWorkbench } from '../training/test-workbench.ts';
import { scratch } from '../../doors/cli/kit.ts';

const COMPACT: EmbeddingSource = { encoder: 'compact', weights: null };

async function analysed(
  source: (run: string) => EmbeddingSource,
): Promise<{ app: TestWorkbench; dataset: string; run: string; source: EmbeddingSource }> {
  const { app, dataset, run } = await openTrained();
  await app.waitForEnd(await app.call('embeddings.start', { dataset, source: source(run) }));
  return { app, dataset, run, source: source(run) };
}

/** All images by their distance to one, in float64 from the stored rows; equal distances by id. */
async function bruteForce(app: TestWorkbench, dataset: string, source: EmbeddingSource, image: number): Promise<{ id: number; distance: number }[]> {
  const set = (await app.workbench.wholeSet.embeddings.find(dataset, source))!;
  const { rows, d, measure } = await openEmbeddings(set.request);
  const rowOf = (i: number): Float64Array => Float64Array.from(rows.subarray(i * d, (i + 1) * d));
  const query = rowOf(set.ids.indexOf(image));
  const distance = (row: Float64Array): number => {
    if (measure === 'euclidean') return Math.hypot(...row.map((x, k) => x - query[k]!));
    return 1 - row.reduce((sum, x, k) => sum + x * query[k]!, 0);
  };
  return Array.from(set.ids, (id, i) => ({ id, distance: distance(rowOf(i)) }))
    .filter(({ id }) => id !== image)
    .sort((a, b) => a.distance - b.distance || a.id - b.id);
}

const idsOf = ({ images }: SimilarAnswer): number[] => images.map(({ image }) => image.id);

describe.skipIf(!hasCompute)('find similar (needs the build)', () => {
  test('ranks as brute force does: stored neighbours, more of them, and with filters', async () => {
    const { app, dataset, run, source } = await analysed((id) => ({ run: id }));
    const find = (more: Partial<CallInput<'similar.find'>>) => app.call('similar.find', { dataset, source, target: { image: 5 }, ...more });
    const all = await bruteForce(app, dataset, source, 5);
    const stored = await find({});
    expect(idsOf(stored)).toEqual(all.slice(0, 20).map(({ id }) => id));
    expect(stored).toMatchObject({ ranked: 35, searched: { images: 36, excluded: 0, unreadable: 0 }, isNone: false });
    const more = await find({ limit: 500 });
    expect(idsOf(more)).toEqual(all.map(({ id }) => id));
    for (const [i, { distance }] of more.images.entries()) expect(distance).toBeCloseTo(all[i]!.distance, 5);

    const { calibration } = app.workbench.store.runs.get(run);
    expect(stored.threshold).toBe(calibration!.threshold);
    for (const { distance, verdict } of stored.images) expect(verdict!.verdict).toBe(distance > calibration!.threshold ? 'different' : 'same');

    const rows = new Map(app.workbench.store.browse.all(dataset).map((image) => [image.id, image]));
    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [all[0]!.id] } });
    const filter = { classes: ['green', 'blue'], splits: ['train' as const] };
    const wanted = all.filter(({ id }) => filter.classes.includes(rows.get(id)!.className) && rows.get(id)!.split === 'train' && id !== all[0]!.id);
    expect(idsOf(await find({ filter, limit: 30 }))).toEqual(wanted.map(({ id }) => id));
    expect(idsOf(await find({ filter: { state: 'excluded' } }))).toEqual([all[0]!.id]);
    expect(idsOf(await find({ limit: 1 }))).toEqual([all[1]!.id]);

    // Another photograph at the path of an image: the stored neighbours are those of the former one.
    const { root } = await app.call('datasets.folder', { dataset });
    const folder = scratch('moved');
    cpSync(root, folder, { recursive: true });
    await app.call('datasets.relocate', { dataset, folder });
    const fileOf = (id: number): string => join(folder, ...rows.get(id)!.file.split('/'));
    copyFileSync(fileOf(9), fileOf(5));
    await expect(find({})).rejects.toThrow(/has changed since it was imported\. Search for it as a file/);
  });

  test('a file from outside is compared and never added; a copy is named; an empty file has a reason; judgements stay', async () => {
    const { app, dataset, source } = await analysed(() => COMPACT);
    const { root } = app.workbench.store.datasets.header(dataset);
    const [own] = app.workbench.store.browse.all(dataset);
    const file = join(scratch('queries'), '<img src=x onerror=alert(1)>\u202e.png');
    writeFileSync(file, readFileSync(join(root, own!.file)));
    const target = { file };
    await expect(app.call('similar.find', { dataset, source, target })).rejects.toThrow('was not chosen in Twinlens');
    await app.workbench.fileAccess.add(file);
    const found = await app.call('similar.find', { dataset, source, target });
    expect(found).toMatchObject({ query: { image: null, sha256: own!.sha256, file }, ranked: 36, threshold: null });
    expect(found.images[0]).toMatchObject({ image: { id: own!.id }, isCopy: true, verdict: null });
    expect(found.images[0]!.distance).toBeCloseTo(0, 5);
    const rest = await bruteForce(app, dataset, source, own!.id);
    expect(idsOf(found).slice(1)).toEqual(rest.slice(0, 19).map(({ id }) => id));
    expect(app.workbench.store.browse.all(dataset)).toHaveLength(36);
    expect((await app.call('embeddings.status', { dataset, source })).facts!.images).toBe(36);

    const empty = join(scratch('empty'), 'empty.png');
    writeFileSync(empty, '');
    await app.workbench.fileAccess.add(empty);
    await expect(app.call('similar.find', { dataset, source, target: { file: empty } })).rejects.toMatchObject({ code: 'bad-image' });
    await expect(app.call('similar.find', { dataset, source: { encoder: 'patches', weights: null }, target })).rejects.toThrow(
      'Press “Analyse” first',
    );

    // Judgements show again when the same content is asked for, and can be undone.
    const find = (image: number) => app.call('similar.find', { dataset, source, target: { image }, limit: 500 });
    const { query, images } = await find(0);
    const about = { dataset, source, query: { sha256: query.sha256, file: query.file } };
    const first = images[0]!;
    const same = await app.call('similar.judge', { ...about, partner: first.image.id, judgement: 'same', distance: first.distance, rank: 1 });
    await app.call('similar.judge', { ...about, partner: images[1]!.image.id, judgement: 'different' });
    const none = await app.call('similar.judge', { ...about, partner: null, judgement: 'none' });
    expect(none.counts).toEqual({ same: 1, different: 1, none: 1 });
    const again = await find(0);
    expect([again.isNone, ...again.images.slice(0, 3).map(({ judgement }) => judgement)]).toEqual([true, 'same', 'different', null]);
    expect((await find(first.image.id)).images.find(({ image }) => image.id === 0)!.judgement).toBe('same'); // from the other side
    expect(await app.call('similar.undoJudgement', { dataset, id: same.id })).toEqual({ same: 0, different: 1, none: 1 });
    expect((await find(0)).images[0]!.judgement).toBeNull();
    expect(await app.call('similar.redoJudgement', { dataset, id: same.id })).toMatchObject({ same: 1 });
    await expect(app.call('similar.judge', { ...about, partner: 1, judgement: 'none' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(app.call('similar.judge', { ...about, partner: 99, judgement: 'same' })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a folder is looked for, decided, undone, continued and exported', async () => {
    const { app, dataset, source } = await analysed((id) => ({ run: id }));
    const { root } = app.workbench.store.datasets.header(dataset);
    const images = app.workbench.store.browse.all(dataset);
    const folder = scratch('queries');
    const names = ['a "quoted", name.png', 'b.png', '=cmd.png'];
    for (const [i, name] of names.entries()) writeFileSync(join(folder, name), readFileSync(join(root, images[i * 12]!.file)));
    mkdirSync(join(folder, 'inside'));
    writeFileSync(join(folder, 'inside', 'empty.png'), '');
    writeFileSync(join(folder, 'notes.txt'), 'no image');
    writeFileSync(join(folder, '.hidden.png'), 'x');
    if (process.platform !== 'win32') symlinkSync(folder, join(folder, 'loop'));
    const { result, error } = await app.waitForEnd(await app.call('searches.start', { dataset, source, folder }));
    expect(error).toBeNull();
    const search = result!['search']!;
    const opened = await app.call('searches.get', { search });
    expect(opened).toMatchObject({ decisions: [null, null, null], search: { queries: 3, searched: { ranked: 36 }, folder } });
    expect(opened.search.unreadable).toMatchObject([{ file: 'inside/empty.png' }]);
    const query = await app.call('searches.query', { search, position: 1 });
    expect(query.file).toBe('a "quoted", name.png'); // after "="
    expect(query.candidates).toHaveLength(9);
    expect(query.candidates[0]!.image.id).toBe(0);
    expect(query.candidates[0]!.verdict!.verdict).toBe('same');
    expect(await app.workbench.fileAccess.allows(query.path)).toBe(true);

    await app.call('searches.decide', { search, position: 1, decision: 'same', rank: 1 });
    await app.call('searches.decide', { search, position: 2, decision: 'new' });
    await app.call('searches.decide', { search, position: 2, decision: 'skipped' }); // another decision replaces it
    await app.call('searches.decide', { search, position: 0, decision: 'new' });
    expect((await app.call('searches.get', { search })).decisions).toEqual(['new', 'same', 'skipped']);
    expect((await app.call('similar.find', { dataset, source, target: { image: 0 } })).counts).toEqual({ same: 1, different: 0, none: 1 });
    expect(await app.call('searches.undo', { search })).toEqual({ position: 0 });
    expect((await app.call('searches.list', { dataset }))[0]).toMatchObject({ search, decided: { same: 1, new: 0, skipped: 1 } });
    await expect(app.call('searches.decide', { search, position: 0, decision: 'same' })).rejects.toMatchObject({ code: 'bad-request' });

    const exported = async (format: 'csv' | 'html') =>
      readFileSync((await app.waitForEnd(await app.call('searches.export', { search, format }))).result!['file']!, 'utf8');
    const lines = (await exported('csv')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toMatch(/^'=cmd\.png,open,,,,run r1,,$/);
    expect(lines[2]).toMatch(/^"a ""quoted"", name\.png",same,blue\/blue-00\.png,0,1,run r1,\d{4}-.+Z,$/);
    expect(lines[4]).toMatch(/^inside\/empty\.png,unreadable,/);
    const page = await exported('html');
    expect(page).toContain('Found in the data set (1)');
    expect(page.match(/data:image\/webp;base64,/g)).toHaveLength(4);
    expect(page).toContain('a &quot;quoted&quot;, name.png');
    await app.call('searches.remove', { search });
    expect(await app.workbench.fileAccess.allows(query.path)).toBe(false);
    await expect(
      app.call('searches.start', { dataset, source, folder: join(folder, 'inside') }).then((job) => app.waitForEnd(job)),
    ).resolves.toMatchObject({ status: 'done' });
    expect((await app.waitForEnd(await app.call('searches.start', { dataset, source, folder: join(folder, 'gone') }))).error!.code).toBe('not-found');
  });
});
