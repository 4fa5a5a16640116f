import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { fromJson, toJson } from '../../src/main/db/json.ts';
import type { EpochRow, Metrics, RunSession } from '../../src/shared/run.ts';
import { image } from '../features/dataset/images.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someComparison, someConfig, someDataset } from './records.ts';

const versions = { twinlens: '0.1.0' };
const errorOf = (work: () => unknown): { code: string; message: string } => {
  try {
    work();
  } catch (error) {
    return error as { code: string; message: string };
  }
  return { code: 'none', message: 'nothing was thrown' };
};

describe('datasets', () => {
  test('returns what was stored, also after closing', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    const given = someDataset({
      rejected: [
        { file: 'b', reason: '2' },
        { file: 'a', reason: '1' },
      ],
      warnings: ['One.', 'Two.'],
      groups: 5,
    });
    const summary = store.datasets.insert(given);
    store.close();
    const { datasets } = storeAt(workspace, false);
    expect(datasets.get('things')).toEqual(summary);
    expect(summary).toMatchObject({
      dataset: 'things',
      images: 12,
      classes: { a: 6, b: 6 },
      splits: { train: 8, valid: 2, test: 2 },
      pairs: { train: 3, valid: 1, test: 0 },
      groups: 5,
      rejected: given.rejected, // in the order given
      warnings: given.warnings,
      snapshot: 'abc',
    });
    expect(datasets.images('things')).toEqual(given.images);
  });

  test.each<[string, Parameters<typeof someDataset>[0]]>([['two images with one id', { images: [image(0, 'a'), image(0, 'b')] }]])(
    '%s is refused, and nothing of the data set is stored',
    (_, flaw) => {
      const workspace = freshWorkspace();
      const store = storeAt(workspace);
      store.datasets.insert(someDataset({ name: 'whole' }));
      expect(() => store.datasets.insert(someDataset(flaw))).toThrow(/constraint/);
      expect(store.datasets.list().map(({ dataset }) => dataset)).toEqual(['whole']);
      store.close();
      const raw = new Database(workspace.database, { readonly: true });
      expect(raw.prepare('SELECT count(DISTINCT dataset) FROM images').pluck().get()).toBe(1);
      expect(raw.prepare('SELECT count(*) FROM dataset_ids').pluck().get()).toBe(1);
      raw.close();
    },
  );

  test('an id is not reused after its data set is deleted', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.datasets.insert(someDataset());
    store.close();
    const raw = new Database(workspace.database);
    raw.pragma('foreign_keys = ON');
    raw.exec('DELETE FROM datasets');
    expect(raw.prepare('SELECT count(*) FROM pairs').pluck().get()).toBe(0);
    raw.close();
    expect(storeAt(workspace).datasets.insert(someDataset()).dataset).toBe('things-2');
  });

  test('the error for an unknown name lists the known ones', () => {
    const { datasets } = storeAt(freshWorkspace());
    expect(errorOf(() => datasets.get('flowers'))).toMatchObject({
      code: 'not-found',
      message: 'There is no data set "flowers". There are none yet: import a folder with one sub-folder per class first.',
    });
    datasets.insert(someDataset({ name: 'one' }));
    expect(errorOf(() => datasets.get(`x\n'; --`)).message).toBe(`There is no data set "x\\u000a'; --". Available: one.`);
    for (let n = 0; n < 12; n++) datasets.insert(someDataset({ name: 'more' }));
    expect(errorOf(() => datasets.images('flowers')).message).toMatch(/Available: more-12, more-11, .*more-3 and 3 more\.$/);
  });
});

describe('runs', () => {
  const epoch = (n: number, more: Partial<EpochRow> = {}): EpochRow => ({
    epoch: n,
    lossTrain: 0.1 * n,
    lossValid: 1 / 3,
    aucTrain: 0.9,
    aucValid: 0.8,
    accuracyTrain: 0.7,
    accuracyValid: 0.6,
    lr: 1e-3,
    seconds: 1.5,
    imagesPerSecond: 100,
    best: n === 1,
    ...more,
  });
  const metrics = (split: 'valid' | 'test', auc: number): Metrics => ({
    split,
    pairs: 4,
    same: 2,
    different: 2,
    auc,
    accuracy: 0.75,
    threshold: 1,
    confusion: [
      [2, 0],
      [1, 1],
    ],
    eer: 0.25,
    roc: [
      [0, 0],
      [1, 1],
    ],
  });

  test('stores a run from creation to completion', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.datasets.insert(someDataset());
    const created = store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    expect(created).toMatchObject({
      run: 'r1',
      status: 'running',
      epochs: [],
      metrics: [],
      bestEpoch: null,
      config: someConfig,
      seconds: 0,
      finishedMs: null,
      error: null,
    });
    expect(created.sessions).toEqual([]);
    const session: RunSession = { firstEpoch: 1, engine: 'onnx', device: 'webgpu', batch: 8, partPairs: 4 };
    store.runs.appendEpoch('r1', epoch(1));
    store.runs.appendEpoch('r1', epoch(2));
    store.runs.update('r1', { bestEpoch: 1, seconds: 3.25, modelSha256: 'm', calibration: { threshold: 1.1, slope: 3 } });
    store.runs.putMetrics('r1', metrics('valid', 0.8));
    store.runs.putMetrics('r1', metrics('test', 0.7));
    store.runs.putMetrics('r1', metrics('valid', 0.9));
    const ended = store.runs.update('r1', {
      status: 'done',
      finishedMs: 5,
      validDistances: { same: [0.1], different: [1, 2] },
      sessions: [session],
    });
    store.close();
    const read = storeAt(workspace, false).runs.get('r1');
    expect(read).toEqual(ended);
    expect(read).toEqual({
      ...created,
      status: 'done',
      epochs: [epoch(1), epoch(2)],
      bestEpoch: 1,
      seconds: 3.25,
      modelSha256: 'm',
      calibration: { threshold: 1.1, slope: 3 },
      metrics: [metrics('test', 0.7), metrics('valid', 0.9)],
      validDistances: { same: [0.1], different: [1, 2] },
      sessions: [session],
      finishedMs: 5,
    });
  });

  test('keeps NaN and infinities of a run that diverged', () => {
    const store = storeAt(freshWorkspace());
    store.datasets.insert(someDataset());
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    const diverged = epoch(1, { lossTrain: Infinity, lossValid: NaN, aucValid: NaN });
    store.runs.appendEpoch('r1', diverged);
    store.runs.putMetrics('r1', metrics('test', NaN));
    expect(store.runs.get('r1').epochs).toEqual([diverged]);
    expect(store.runs.get('r1').metrics[0]?.auc).toBeNaN();
  });

  test('resuming from an earlier checkpoint replaces the epochs after it', () => {
    const store = storeAt(freshWorkspace());
    store.datasets.insert(someDataset());
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    for (const n of [1, 2, 3, 4]) store.runs.appendEpoch('r1', epoch(n));
    store.runs.appendEpoch('r1', epoch(3, { lossTrain: 9 }));
    expect(store.runs.get('r1').epochs.map((row) => [row.epoch, row.lossTrain])).toEqual([
      [1, 0.1],
      [2, 0.2],
      [3, 9],
    ]);
  });

  test('lists the newest first; the error for an unknown id lists known ones', () => {
    const store = storeAt(freshWorkspace());
    store.datasets.insert(someDataset());
    expect(errorOf(() => store.runs.get('r1')).message).toContain('There are none yet: train one on a data set first.');
    for (let n = 0; n < 3; n++) store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    expect(store.runs.list().map(({ run }) => run)).toEqual(['r3', 'r2', 'r1']);
    for (const id of ['r4', 'r0', 'r01', 'r1 ', 'R1', '1', 'c1', '', 'r1e0', 'r99999999999999999999', "r1' OR 1"]) {
      expect(
        errorOf(() => store.runs.get(id)),
        id,
      ).toMatchObject({ code: 'not-found', message: expect.stringContaining('Available: r3, r2, r1.') as string });
    }
    expect(errorOf(() => store.runs.update('r9', { seconds: 1 })).code).toBe('not-found');
    expect(errorOf(() => store.runs.appendEpoch('r9', epoch(1))).code).toBe('not-found');
    expect(() => store.runs.create({ dataset: 'nowhere', snapshot: 'abc', config: someConfig, versions })).toThrow(/FOREIGN KEY/);
  });

  test('marks the running runs of a dead process as interrupted when the next writer opens', () => {
    const workspace = freshWorkspace();
    const first = storeAt(workspace);
    first.datasets.insert(someDataset());
    for (let n = 0; n < 3; n++) first.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    first.runs.update('r2', { status: 'done' });
    const reader = storeAt(workspace, false);
    expect(reader.interrupted).toEqual([]);
    expect(reader.runs.get('r1').status).toBe('running'); // its process is alive
    first.close();
    const second = storeAt(workspace);
    expect(second.interrupted).toEqual(['r1', 'r3']);
    expect(second.runs.list().map(({ status }) => status)).toEqual(['interrupted', 'done', 'interrupted']);
    expect(second.runs.get('r3').error).toContain('Resume it');
  });

  test('annotations of a run are stored without duplicate tags; a removed run is hidden but still found', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.datasets.insert(someDataset());
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    const weights = { source: '/weights/model.json', sha256: 'w', flavour: 'keras', preprocessing: someConfig.preprocessing, licence: null } as const;
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: { ...someConfig, weights }, versions });
    expect(store.runs.annotated('r1')).toMatchObject({ name: '', tags: [], note: '' });
    store.runs.annotate('r1', { tags: ['b', 'a', 'b'], note: 'two\nlines' });
    store.runs.annotate('r1', { name: '<b>"baseline"</b>' });
    store.runs.update('r1', { status: 'done' }); // leaves them alone
    store.runs.remove('r2');
    store.close();
    const again = storeAt(workspace);
    expect(again.runs.annotated('r1')).toMatchObject({ status: 'done', name: '<b>"baseline"</b>', tags: ['b', 'a'], note: 'two\nlines' });
    expect([again.runs.list(), again.runs.listAnnotated()].map((runs) => runs.map(({ run }) => run))).toEqual([['r1'], ['r1']]);
    expect([again.runs.removed(), again.runs.get('r2').run]).toEqual([['r2'], 'r2']);
    expect(errorOf(() => again.runs.get('r3')).message).toContain('Available: r1.');
    expect([again.runs.usesWeights('/weights/model.json'), again.runs.usesWeights('/weights/other.json')]).toEqual([true, false]);
    again.runs.restore('r2');
    expect(again.runs.list().map(({ run }) => run)).toEqual(['r2', 'r1']);
    expect(errorOf(() => again.runs.annotate('r3', { note: '' })).code).toBe('not-found');
  });

  test('an id is not reused after its run is deleted', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.datasets.insert(someDataset());
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    store.close();
    const raw = new Database(workspace.database);
    raw.exec('DELETE FROM runs');
    raw.close();
    expect(storeAt(workspace).runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions }).run).toBe('r2');
  });
});

describe('comparisons', () => {
  test('an id is reserved first and filled once', () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    store.datasets.insert(someDataset());
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    expect([store.comparisons.reserve(), store.comparisons.reserve()]).toEqual(['c1', 'c2']);
    expect(store.comparisons.list()).toEqual([]);
    expect(errorOf(() => store.comparisons.get('c1'))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('compare two images first') as string,
    });
    const record = someComparison('c2', 'r1', { warnings: ['<b>"quoted"\n'] });
    store.comparisons.insert(record);
    expect(errorOf(() => store.comparisons.insert({ ...record, distance: 9 })).code).toBe('internal');
    expect(errorOf(() => store.comparisons.insert(someComparison('c3', 'r1'))).code).toBe('internal');
    expect(errorOf(() => store.comparisons.insert(someComparison('c1', 'r9'))).message).toMatch(/FOREIGN KEY/);
    store.close();
    const again = storeAt(workspace);
    expect(again.comparisons.get('c2')).toEqual({ ...record, saved: true, judgement: null, note: '' });
    expect(again.comparisons.reserve()).toBe('c3'); // c1 stays reserved
    again.comparisons.insert(someComparison('c3', 'r1'));
    expect(again.comparisons.list().map(({ comparison }) => comparison)).toEqual(['c3', 'c2']);
    expect(errorOf(() => again.comparisons.get('c1')).message).toContain('Available: c3, c2.');
  });
});

describe('json', () => {
  test('keeps NaN and infinity, and leaves user keys alone', () => {
    const value = { a: [NaN, Infinity, -Infinity, 0.1], $number: 3, b: { $number: 'x' }, c: { $number: 'toString' }, d: null, e: 'NaN' };
    expect(fromJson(toJson(value))).toEqual(value);
    const proto = Object.fromEntries([['__proto__', 4]]);
    expect(Object.entries(fromJson<Record<string, number>>(toJson(proto)))).toEqual([['__proto__', 4]]);
  });
});
