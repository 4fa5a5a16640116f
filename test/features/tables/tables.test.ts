import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EmbeddingSource } from '../../../src/shared/embedding-source.ts';
import { TABLES, type TableName } from '../../../src/shared/tables.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, openTrained, type TestWorkbench } from '../training/test-workbench.ts';

const exported = async (
  app: TestWorkbench,
  request: { dataset: string; table: TableName; run?: string; source?: EmbeddingSource },
): Promise<string> => {
  const out = join(scratch('tables'), `${request.table}.parquet`);
  const { status, error } = await app.waitForEnd(await app.call('tables.export', { ...request, format: 'parquet', out }));
  expect(status, JSON.stringify(error)).toBe('done');
  return out;
};

const rowsOf = async (file: string): Promise<Record<string, unknown>[]> => parquetReadObjects({ file: await asyncBufferFromFile(file) });

const apply = async (app: TestWorkbench, dataset: string, file: string) => app.waitForEnd(await app.call('tables.apply', { dataset, file }));

/** A file with rows of texts. */
const csv = (rows: string[]): string => {
  const file = join(scratch('tables'), 'labels.csv');
  writeFileSync(file, rows.join('\n'));
  return file;
};

describe.skipIf(!hasCompute)('tables of a data set (needs the build)', () => {
  test('have the images, the scores of a run and judgements, with the described columns', async () => {
    const { app, dataset, run } = await openTrained();
    await app.call('curation.apply', { dataset, edit: { kind: 'tag', ids: [0], tag: 'b' } });
    await app.call('curation.apply', { dataset, edit: { kind: 'tag', ids: [0], tag: 'a' } });
    await app.call('curation.apply', { dataset, edit: { kind: 'relabel', ids: [1], className: 'red' } });
    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [2] } });
    const shown = await app.call('images.rows', { dataset, ids: Array.from({ length: 36 }, (_, i) => i) });

    const file = await exported(app, { dataset, table: 'images' });
    const rows = await rowsOf(file);
    expect(rows.map((row) => [row['file'], row['class'], row['imported_class'], row['tags'], row['excluded'], row['sha256']])).toEqual(
      shown.map((i) => [i.file, i.className, i.importedClass, i.tags, i.excluded, i.sha256]),
    );
    expect(Object.keys(rows[0]!)).toEqual(TABLES.images.columns.map(({ name }) => name));
    const { key_value_metadata: about } = await parquetMetadataAsync(await asyncBufferFromFile(file));
    expect(JSON.parse(about!.find(({ key }) => key === 'twinlens.columns')!.value!)).toMatchObject({ sha256: 'of the file’s bytes' });

    const scores = await rowsOf(await exported(app, { dataset, table: 'scores', run }));
    const queue = await app.call('compare.queue', { run, kind: 'random', limit: 10_000 });
    const fileOf = (id: number): string => shown[id]!.file;
    const expected = queue.pairs.map(({ a, b, distance, verdict, similarity }) => ({ a: fileOf(a), b: fileOf(b), distance, verdict, similarity }));
    const byPair = (rowsIn: Record<string, unknown>[]): unknown[] =>
      rowsIn.toSorted((x, y) => (`${String(x['a'])} ${String(x['b'])}` < `${String(y['a'])} ${String(y['b'])}` ? -1 : 1));
    expect(byPair(scores.map(({ a, b, distance, verdict, similarity }) => ({ a, b, distance, verdict, similarity })))).toEqual(byPair(expected));

    const { row } = await app.call('compare.explain', { run, a: { dataset, id: 0 }, b: { dataset, id: 20 } });
    await app.call('compare.annotate', { comparison: row.comparison, judgement: 'disagree', note: '=1+1' });
    const [comparison] = await rowsOf(await exported(app, { dataset, table: 'comparisons' }));
    expect(comparison).toMatchObject({ run, judgement: 'disagree', note: '=1+1', distance: row.distance, created: new Date(row.createdMs) });
    expect(await rowsOf(await exported(app, { dataset, table: 'judgements' }))).toEqual([]);

    const source = { run };
    await expect(exported(app, { dataset, table: 'embeddings', source })).rejects.toThrow(/analyse it first/);
    await app.waitForEnd(await app.call('embeddings.start', { dataset, source }));
    const embeddings = await rowsOf(await exported(app, { dataset, table: 'embeddings', source }));
    expect(embeddings.map((one) => [one['file'], one['excluded']])).toEqual(shown.map((i) => [i.file, i.excluded]));
    const [a, b] = [0, 20].map((i) => embeddings[i]!['embedding'] as number[]);
    expect(Math.hypot(...a!.map((x, i) => x - b![i]!))).toBeCloseTo(row.distance, 5); // as Compare computes it
    const neighbours = await rowsOf(await exported(app, { dataset, table: 'neighbours', source }));
    expect(neighbours).toHaveLength(36 * 20);
    const nearest = neighbours.filter((one) => one['file'] === shown[0]!.file);
    const pair = nearest.find((one) => one['neighbour'] === shown[20]!.file);
    if (pair) expect(pair['distance']).toBeCloseTo(row.distance, 5);
    expect(nearest.map((one) => one['rank'])).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));

    const bad = await app.waitForEnd(
      await app.call('tables.export', { dataset, table: 'scores', format: 'csv', out: join(scratch('tables'), 'x.csv') }),
    );
    expect(bad.error!.message).toBe('Choose the run whose scores are written.');
  });

  test('give classes and tags to images, which can be undone; a table of the program itself changes nothing', async () => {
    const { app, dataset } = await openTrained();
    const own = await exported(app, { dataset, table: 'images' });
    expect(await app.call('tables.inspect', { dataset, file: own })).toMatchObject({
      rows: 36,
      key: 'file',
      images: 36,
      classes: [],
      tags: [],
      unknownRows: 0,
    });

    const arrow = resolve('test', 'features', 'tables', 'fixtures', 'labels.parquet'); // as pandas writes it
    expect(existsSync(arrow)).toBe(true);
    const plan = await app.call('tables.inspect', { dataset, file: arrow });
    for (const codec of ['zstd', 'gzip', 'brotli'])
      expect(await app.call('tables.inspect', { dataset, file: arrow.replace('.parquet', `-${codec}.parquet`) })).toEqual(plan);
    const [first, second] = (await app.call('images.find', { dataset, sort: 'file' })).ids;
    expect(plan).toMatchObject({
      rows: 3,
      key: 'file',
      images: 2,
      unknown: ['nowhere.png'],
      classes: [{ className: 'red', images: 1 }],
      tags: [
        { tag: 'good', images: 1 },
        { tag: 'seen', images: 1 },
      ],
    });
    expect((await apply(app, dataset, arrow)).status).toBe('done');
    const [changed, unchanged] = await app.call('images.rows', { dataset, ids: [first!, second!] });
    expect([changed!.file, changed!.className, changed!.tags]).toEqual(['blue/blue-00.png', 'red', ['good', 'seen']]);
    expect(unchanged!.tags).toEqual([]);
    expect((await app.call('curation.history', { dataset })).map(({ kind, value }) => [kind, value])).toEqual([
      ['tag', 'seen'],
      ['tag', 'good'],
      ['relabel', 'red'],
    ]);

    // A file that was renamed is found by its content.
    const renamed = csv(['file,sha256,class', `elsewhere/x.png,${unchanged!.sha256},red`]);
    expect(await app.call('tables.inspect', { dataset, file: renamed })).toMatchObject({ images: 1, classes: [{ className: 'red', images: 1 }] });

    const { root } = await app.call('datasets.folder', { dataset });
    const text = csv(['path;class;tags', `${root}/blue/blue-01.png;green;x; y`, '"./blue/blue-02.png";;"a;b"', "'blue/blue-03.png;green;"]);
    expect(await app.call('tables.inspect', { dataset, file: text })).toMatchObject({ images: 3, classes: [{ className: 'green', images: 2 }] });
  });

  test('of the program itself change nothing, whatever the names of classes and tags', async () => {
    const { app, dataset } = await openTrained();
    for (const [id, className] of ['=Rose+1', '-a;b', ' space ', "'=quoted", '@x'].entries())
      await app.call('curation.apply', { dataset, edit: { kind: 'relabel', ids: [id], className } });
    for (const tag of ['+1', '-x; y', "'quoted"]) await app.call('curation.apply', { dataset, edit: { kind: 'tag', ids: [0], tag } });
    await app.call('curation.apply', { dataset, edit: { kind: 'tag', ids: [1], tag: '=1' } });
    for (const format of ['csv', 'parquet'] as const) {
      const out = join(scratch('tables'), `own.${format}`);
      await app.waitForEnd(await app.call('tables.export', { dataset, table: 'images', format, out }));
      expect(await app.call('tables.inspect', { dataset, file: out }), format).toMatchObject({ images: 36, classes: [], tags: [] });
    }
    const text = csv(['file,class,tags', "blue/blue-09.png,'=Rose+1,'+1; z"]);
    expect(await app.call('tables.inspect', { dataset, file: text })).toMatchObject({
      classes: [{ className: '=Rose+1', images: 1 }],
      tags: [{ tag: '+1' }, { tag: 'z' }],
    });
  });

  test('that can’t be used are refused with the reason, and nothing is changed', async () => {
    const { app, dataset } = await openTrained();
    const noParquet = join(scratch('tables'), 'a.parquet');
    writeFileSync(noParquet, 'PAR1 no table PAR1');
    const image = join(scratch('tables'), 'a.png');
    writeFileSync(image, readFileSync(resolve('resources', 'icon.png')));
    const latin = join(scratch('tables'), 'latin.csv');
    writeFileSync(latin, Buffer.from('file,class\nblue/blue-00.png,Caf\xe9', 'latin1'));
    for (const [file, words] of [
      [latin, /another encoding than UTF-8/],
      [csv(['name,class', 'a,b']), /no column that names images\. It needs one called file or sha256; it has “?"?name/],
      [csv(['file,size', 'blue/blue-00.png,3']), /neither a column class \(or label\) nor a column tags/],
      [csv(['file,class', 'blue/blue-00.png,red', 'blue/blue-00.png,green']), /two classes for .*blue-00\.png/],
      [csv(['file,class', '"blue/blue-00.png,red']), /a quote in line 2 that is never closed/],
      [csv(['file,class', `blue/blue-00.png,${'x'.repeat(201)}`]), /more than 200 characters/],
      [csv([]), /is empty/],
      [noParquet, /not a Parquet file that can be read/],
      [image, /must end in \.csv, \.tsv, \.txt or \.parquet/],
      [join(scratch('tables'), 'none.csv'), /can’t be read/],
    ] as const) {
      await expect(app.call('tables.inspect', { dataset, file }), String(words)).rejects.toThrow(words);
      expect((await apply(app, dataset, file)).status).toBe('failed');
    }
    expect(await app.call('curation.history', { dataset })).toEqual([]);
  });
});
