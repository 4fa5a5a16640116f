import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { datasetWriter, type NewDataset } from '../../src/main/db/insert.ts';
import { openSecondConnection } from '../../src/main/db/dataset-stores.ts';
import { image } from '../features/dataset/images.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someDataset } from './records.ts';

/** Several short transactions. */
const images = Array.from({ length: 6500 }, (_, id) => image(id, id % 2 ? 'a' : 'b', { split: id % 5 === 0 ? 'valid' : 'train' }));
const several = (): NewDataset => someDataset({ name: 'Several', images, rejected: [{ file: 'x', reason: 'y' }] });
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('a data set stored in many short transactions', () => {
  test('equals one stored in a single transaction', async () => {
    const [inSteps, atOnce] = [storeAt(freshWorkspace()), storeAt(freshWorkspace())];
    const { createdMs: _, ...summary } = await inSteps.datasets.insertInSteps(several(), pause);
    const { createdMs: __, ...expected } = atOnce.datasets.insert(several());
    expect(summary).toEqual(expected);
    expect(inSteps.datasets.images('several')).toEqual(atOnce.datasets.images('several'));
    expect(inSteps.datasets.findSame(several())).toEqual(inSteps.datasets.get('several'));
  });

  test('is invisible before it is complete, and does not block other writers', async () => {
    const workspace = freshWorkspace();
    const [main, thread] = [storeAt(workspace), openSecondConnection(workspace.database)];
    let pauses = 0;
    const { dataset } = await thread.datasets.insertInSteps(several(), async () => {
      pauses++;
      expect(main.datasets.list().filter(({ name }) => name === 'Several')).toEqual([]);
      expect(main.datasets.findSame(several())).toBeNull();
      expect(() => main.datasets.get('Several')).toThrow(/no data set/);
      main.datasets.insert(someDataset({ name: `meanwhile ${pauses}` }));
      await pause();
    });
    expect(pauses).toBeGreaterThan(5);
    expect(main.datasets.list().filter(({ name }) => name === 'Several')).toMatchObject([{ dataset, images: 6500 }]);
    thread.close();
  });

  test('waits for the disk once, at the end, so that a training’s checkpoints do not delay each transaction', async () => {
    const workspace = freshWorkspace();
    storeAt(workspace);
    const levels: string[] = []; // at the commits
    let level = 'FULL';
    const db = new Database(workspace.database, {
      verbose: (sql) => {
        level = /synchronous = (\w+)/.exec(String(sql))?.[1] ?? level;
        if (sql === 'COMMIT') levels.push(level);
      },
    });
    db.pragma('synchronous = FULL'); // as openForWriting does
    await datasetWriter(db).insertInSteps(several(), pause);
    expect(db.pragma('synchronous', { simple: true })).toBe(2); // FULL
    db.close();
    expect(levels.length).toBeGreaterThan(5);
    expect(levels).toEqual([...levels.slice(1).map(() => 'NORMAL'), 'FULL']);
  });

  test('leaves nothing after an abort, not even its id', async () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    let pauses = 0;
    const stopped = store.datasets.insertInSteps(several(), async () => {
      if (++pauses === 4) throw new Error('stopped');
      await pause();
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(rowsIn(workspace.database)).toEqual({ datasets: 0, images: 0, dataset_ids: 0 });
    expect((await store.datasets.insertInSteps(several(), pause)).dataset).toBe('several');
  });

  test('leaves nothing after a crash, once the workspace is opened again', async () => {
    const workspace = freshWorkspace();
    const first = storeAt(workspace);
    void first.datasets.insertInSteps(several(), () => new Promise(() => undefined)); // never resolves
    expect(rowsIn(workspace.database)).toMatchObject({ datasets: 1 });
    first.close();
    const second = storeAt(workspace);
    expect(rowsIn(workspace.database)).toEqual({ datasets: 0, images: 0, dataset_ids: 0 });
    expect(second.datasets.insert(several()).dataset).toBe('several');
  });
});

function rowsIn(database: string): Record<string, number> {
  const raw = new Database(database, { readonly: true });
  const counts = ['datasets', 'images', 'dataset_ids'].map((table) => [
    table,
    raw.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!,
  ]);
  raw.close();
  return Object.fromEntries(counts) as Record<string, number>;
}
