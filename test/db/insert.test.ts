import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { storedPairs } from '../../src/main/features/dataset/split-pairs.ts';
import type { NewDataset } from '../../src/main/db/insert.ts';
import { openSecondConnection } from '../../src/main/db/dataset-stores.ts';
import { image } from '../features/dataset/images.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someDataset } from './records.ts';

/** Several short transactions of images and of pairs. */
const images = Array.from({ length: 2500 }, (_, id) => image(id, id % 2 ? 'a' : 'b', { split: id % 5 === 0 ? 'valid' : 'train' }));
const several = (): NewDataset => ({
  ...someDataset({ name: 'Several', images, rejected: [{ file: 'x', reason: 'y' }] }),
  pairs: storedPairs(images, 1),
});
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('a data set that is stored in many short transactions', () => {
  test('is the one that a single transaction stores', async () => {
    const [gentle, plain] = [storeAt(freshWorkspace()), storeAt(freshWorkspace())];
    const { createdMs: _, ...summary } = await gentle.datasets.insertInSteps(several(), rest);
    const { createdMs: __, ...expected } = plain.datasets.insert(several());
    expect(summary).toEqual(expected);
    expect(gentle.datasets.images('several')).toEqual(plain.datasets.images('several'));
    expect(gentle.datasets.pairs('several', 'train')).toEqual(plain.datasets.pairs('several', 'train'));
    expect(gentle.datasets.findSame(several())).toEqual(gentle.datasets.get('several'));
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
      await rest();
    });
    expect(pauses).toBeGreaterThan(5);
    expect(main.datasets.list().filter(({ name }) => name === 'Several')).toMatchObject([{ dataset, images: 2500 }]);
    thread.close();
  });

  test('leaves nothing when it is stopped, not even its id', async () => {
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    let pauses = 0;
    const stopped = store.datasets.insertInSteps(several(), async () => {
      if (++pauses === 4) throw new Error('stopped');
      await rest();
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(rowsIn(workspace.database)).toEqual({ datasets: 0, images: 0, pairs: 0, dataset_ids: 0 });
    expect((await store.datasets.insertInSteps(several(), rest)).dataset).toBe('several');
  });

  test('leaves nothing where the program ends in the middle of it, once the workspace is opened again', async () => {
    const workspace = freshWorkspace();
    const first = storeAt(workspace);
    void first.datasets.insertInSteps(several(), () => new Promise(() => undefined)); // never goes on
    expect(rowsIn(workspace.database)).toMatchObject({ datasets: 1 });
    first.close();
    const second = storeAt(workspace);
    expect(rowsIn(workspace.database)).toEqual({ datasets: 0, images: 0, pairs: 0, dataset_ids: 0 });
    expect(second.datasets.insert(several()).dataset).toBe('several');
  });
});

function rowsIn(database: string): Record<string, number> {
  const raw = new Database(database, { readonly: true });
  const counts = ['datasets', 'images', 'pairs', 'dataset_ids'].map((table) => [
    table,
    raw.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!,
  ]);
  raw.close();
  return Object.fromEntries(counts) as Record<string, number>;
}
