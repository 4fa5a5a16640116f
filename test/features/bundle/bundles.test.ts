import Database from 'better-sqlite3';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rowChecksum } from '../../../src/main/db/bundle/row-checksum.ts';
import { NEWEST_VERSION } from '../../../src/main/db/migrations/migrate.ts';
import { drawColours, scratch } from '../../doors/cli/kit.ts';
import { hasCompute, importColours, openTestWorkbench, openTrained, type TestWorkbench } from '../training/test-workbench.ts';

const saveTo = async (app: TestWorkbench, dataset: string, images: boolean): Promise<string> => {
  const out = join(scratch('bundle'), 'colours.twinlens');
  const { status, error } = await app.waitForEnd(await app.call('bundles.save', { dataset, images, out }));
  expect(status, JSON.stringify(error)).toBe('done');
  return out;
};

const openIn = async (app: TestWorkbench, file: string, imagesFolder?: string) =>
  app.waitForEnd(await app.call('bundles.open', { file, ...(imagesFolder !== undefined && { imagesFolder }) }));

/** A trained data set with an edit, a judged comparison, a what-if edit and two reports, one with a comparison of another data set. */
async function filled() {
  const { app, dataset, run } = await openTrained();
  await app.call('curation.apply', { dataset, edit: { kind: 'tag', ids: [0, 1], tag: 'red' } });
  await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [2] } });
  const { row } = await app.call('compare.explain', { run, a: { dataset, id: 0 }, b: { dataset, id: 20 } });
  await app.call('compare.annotate', { comparison: row.comparison, saved: true, judgement: 'agree', note: 'as seen' });
  const pairJudgement = {
    ...{ query: 'a'.repeat(64), queryFile: 'q.png', partner: 'b'.repeat(64), partnerFile: 'p.png' },
    ...{ distance: 0.5, rank: 1 },
  };
  app.workbench.store.imageJudgements.add(dataset, { ...pairJudgement, judgement: 'same', source: { run } });
  app.workbench.store.imageJudgements.add(dataset, { ...pairJudgement, judgement: 'different', source: { encoder: 'patches', weights: null } });
  await app.call('runs.annotate', { run, name: 'first', tags: ['good'], note: 'keep' });
  await app.call('reports.save', { title: 'Colours', comparisons: [row.comparison] });
  return { app, dataset, run, comparison: row.comparison };
}

let saved: string | null = null; // a bundle of `filled` with images, for the tests that only read one

const savedBundle = async (): Promise<string> => {
  if (saved !== null) return saved;
  const { app, dataset } = await filled();
  return saveTo(app, dataset, true);
};

describe.skipIf(!hasCompute)('a project bundle (needs the build)', () => {
  test('opens in another workspace with everything, and the same numbers', async () => {
    const { app, dataset, run, comparison } = await filled();
    const before = {
      run: await app.call('runs.get', { run }),
      row: await app.call('compare.get', { comparison }),
      metrics: await app.call('runs.metrics', { run, split: 'test' }),
    };
    const file = (saved = await saveTo(app, dataset, true));

    const other = openTestWorkbench();
    await importColours(other, 4); // so that ids are taken
    const info = await other.call('bundles.inspect', { file });
    expect(info).toMatchObject({ name: 'colours', images: 36, runs: 1, comparisons: 1, reports: 1, hasImages: true });
    const job = await openIn(other, file);
    expect(job.error).toBeNull();
    const opened = job.result!['dataset']!;
    expect(opened).toBe('colours-2');

    const { root } = await other.call('datasets.folder', { dataset: opened });
    expect(root).toBe(join(other.workbench.workspace.images, 'colours'));
    const images = await other.call('images.rows', { dataset: opened, ids: [0, 1, 2, 20] });
    expect(images.map(({ tags, excluded }) => [tags, excluded])).toEqual([
      [['red'], false],
      [['red'], false],
      [[], true],
      [[], false],
    ]);
    expect((await other.call('curation.history', { dataset: opened })).map(({ text }) => text)).toEqual(
      (await app.call('curation.history', { dataset })).map(({ text }) => text),
    );
    const [newRun] = (await other.call('runs.list', {})).filter((one) => one.dataset === opened);
    expect(newRun).toMatchObject({
      name: 'first',
      tags: ['good'],
      note: 'keep',
      epochs: before.run.epochs,
      modelSha256: before.run.modelSha256,
      calibration: before.run.calibration,
    });
    expect(await other.call('runs.metrics', { run: newRun!.run, split: 'test' })).toEqual(before.metrics);

    expect(other.workbench.store.imageJudgements.list(opened).map(({ judgement, source }) => [judgement, source])).toEqual([
      ['same', { run: newRun!.run }],
      ['different', { encoder: 'patches', weights: null }],
    ]);

    const [row] = await other.call('compare.list', { saved: true });
    expect(row).toMatchObject({ run: newRun!.run, judgement: 'agree', note: 'as seen', distance: before.row.distance });
    const shown = await other.call('compare.open', { comparison: row!.comparison });
    expect(shown.maps.signed).toEqual((await app.call('compare.open', { comparison })).maps.signed);
    expect(existsSync(shown.row.images[0].file) && shown.row.images[0].file.startsWith(root)).toBe(true);
    const [report] = await other.call('reports.list', {});
    expect(report).toMatchObject({ title: 'Colours', comparisons: [row!.comparison], html: null });

    // The network answers the same on the images of the bundle.
    const again = await other.call('compare.explain', {
      run: newRun!.run,
      a: { dataset: opened, id: 0 },
      b: { dataset: opened, id: 20 },
      target: 'distance',
    });
    expect(again.row.distance).toBeCloseTo(before.row.distance, 6);
    expect(readdirSync(other.workbench.workspace.folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('of a data set without runs has what a person said of its images and labels', async () => {
    const app = openTestWorkbench();
    const dataset = await importColours(app, 4);
    const { imageJudgements, labelChecks } = app.workbench.store;
    const judgement = { ...{ query: 'a'.repeat(64), queryFile: 'q.png', partner: null, partnerFile: null }, ...{ distance: null, rank: null } };
    imageJudgements.add(dataset, { ...judgement, judgement: 'none', source: { encoder: 'patches', weights: null } });
    labelChecks.confirm(dataset, [{ image: 2, className: 'blue' }]);
    const job = await openIn(app, await saveTo(app, dataset, false));
    const opened = job.result!['dataset']!;
    expect(imageJudgements.list(opened).map((one) => one.judgement)).toEqual(['none']);
    expect(labelChecks.confirmed(opened)).toEqual([{ image: 2, className: 'blue' }]);
  });

  test('opens twice as two data sets; without images it uses their folder', async () => {
    const { app, dataset } = await openTrained();
    const file = await saveTo(app, dataset, false);
    const ids = [await openIn(app, file), await openIn(app, file)].map((job) => job.result!['dataset']);
    expect(ids).toEqual(['colours-2', 'colours-3']);
    expect((await app.call('datasets.folder', { dataset: 'colours-3' })).exists).toBe(true);
    expect((await app.call('runs.list', {})).map((one) => one.dataset).toSorted()).toEqual(['colours', 'colours-2', 'colours-3']);
  });

  test('of a newer version, damaged, changed, or no bundle at all is refused, and nothing is added', async () => {
    const file = await savedBundle();
    const app = openTestWorkbench();
    const broken = async (name: string, change: (db: Database.Database) => unknown): Promise<string> => {
      const copy = join(scratch('bundle'), `${name}.twinlens`);
      copyFileSync(file, copy);
      const db = new Database(copy);
      await change(db);
      db.close();
      return copy;
    };
    /** With the checksum of a bundle that was made so. */
    const changed =
      (sql: string) =>
      async (db: Database.Database): Promise<void> => {
        db.exec(sql);
        db.prepare(`UPDATE bundle_info SET record = json_set(record, '$.rows', ?)`).run(await rowChecksum(db, () => Promise.resolve()));
      };
    const text = join(scratch('bundle'), 'text.twinlens');
    writeFileSync(text, 'no bundle');
    const cut = join(scratch('bundle'), 'cut.twinlens');
    writeFileSync(cut, readFileSync(file).subarray(0, 70_000));
    const refused: [string, RegExp][] = [
      [text, /is not a project bundle/],
      [join(scratch('bundle'), 'none.twinlens'), /There is no file/],
      [app.workbench.workspace.database, /is not a project bundle/],
      [cut, /damaged/],
      [await broken('number', (db) => db.exec('UPDATE runs SET seconds = seconds + 1')), /damaged or was changed/],
      [await broken('record', changed(`UPDATE runs SET config = '{}'`)), /has a record that can’t be read/],
      [await broken('text', changed(`UPDATE runs SET metrics = '{'`)), /has a record that can’t be read/],
      [await broken('comparison', changed(`UPDATE comparisons SET record = '{}'`)), /has a record that can’t be read/],
      [await broken('curve', changed(`UPDATE runs SET calibration = '{}'`)), /has a record that can’t be read/],
      [await broken('root', changed(`UPDATE images SET file = '../../etc/passwd' WHERE id = 3`)), /which is not allowed/],
      [
        await broken(
          'missing',
          changed(
            `DELETE FROM bundle_chunks WHERE file = (SELECT max(number) FROM bundle_files); DELETE FROM bundle_files WHERE number = (SELECT max(number) FROM bundle_files)`,
          ),
        ),
        /damaged or was changed/,
      ],
      [await broken('info', (db) => db.exec(`UPDATE bundle_info SET record = '{'`)), /damaged or was changed/],
      [await broken('newer', (db) => db.pragma(`user_version = ${NEWEST_VERSION + 1}`)), /made by a newer Twinlens\. Update Twinlens/],
      [await broken('trigger', (db) => db.exec('CREATE TRIGGER t AFTER INSERT ON images BEGIN DELETE FROM images; END')), /damaged or was changed/],
      [
        await broken('content', (db) =>
          db.exec(`UPDATE bundle_chunks SET data = zeroblob(length(data)) WHERE file = (SELECT max(number) FROM bundle_files)`),
        ),
        /has another content/,
      ],
      [
        await broken(
          'outside',
          changed(`UPDATE bundle_files SET path = 'images/../../evil.png' WHERE number = (SELECT max(number) FROM bundle_files)`),
        ),
        /which is not allowed/,
      ],
    ];
    const before = await app.call('datasets.list', {});
    for (const [path, words] of refused) {
      const { status, error } = await openIn(app, path);
      expect(status, path).toBe('failed');
      expect(error!.message).toMatch(words);
    }
    expect(await app.call('datasets.list', {})).toEqual(before);
    expect(await app.call('runs.list', {})).toEqual([]);
    expect(existsSync(app.workbench.workspace.images) ? readdirSync(app.workbench.workspace.images) : []).toEqual([]);
    expect(readdirSync(app.workbench.workspace.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('opens with images whose names have a backslash or a line end', async () => {
    const app = openTestWorkbench();
    const folder = join(scratch('names'), 'Names');
    await drawColours(folder, 2);
    renameSync(join(folder, 'red', 'red-00.png'), join(folder, 'red', 'a\\b.png'));
    renameSync(join(folder, 'red', 'red-01.png'), join(folder, 'red', 'c\\..\\..\nx.png'));
    await app.waitForEnd(await app.call('datasets.import', { folder, name: 'Names' }));
    const job = await openIn(app, await saveTo(app, 'names', true));
    expect(job.error).toBeNull();
    const { root } = await app.call('datasets.folder', { dataset: 'names-2' });
    expect(readdirSync(join(root, 'red')).toSorted()).toEqual(['a\\b.png', 'c\\..\\..\nx.png']);
  });

  test('is refused when an image has changed, or the folder for its images is not empty; no file is left', async () => {
    const file = await savedBundle();
    const full = scratch('full');
    mkdirSync(join(full, 'x'));
    const other = openTestWorkbench();
    expect((await openIn(other, file, full)).error!.message).toContain('is not an empty folder');
    const { result } = await openIn(other, file);
    const { root } = await other.call('datasets.folder', { dataset: result!['dataset']! });
    const [image] = await other.call('images.rows', { dataset: result!['dataset']!, ids: [5] });
    writeFileSync(join(root, image!.file), 'changed');
    const out = join(scratch('bundle'), 'again.twinlens');
    const job = await other.waitForEnd(await other.call('bundles.save', { dataset: result!['dataset']!, images: true, out }));
    expect(job.error!.message).toContain('has changed since it was imported');
    expect(readdirSync(join(out, '..'))).toEqual([]);
  });
});
