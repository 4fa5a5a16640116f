import { expect, test } from 'vitest';
import { freshWorkspace, storeAt } from './kit.ts';
import { someDataset } from './records.ts';

const SOURCE = { encoder: 'patches', weights: null };

test('judgements of a data set are listed, undone and put back; they outlive a restart', () => {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const { dataset } = store.datasets.insert(someDataset());
  const { dataset: other } = store.datasets.insert(someDataset({ name: 'Other', snapshot: 'other' }));
  const judged = { query: 'q', queryFile: '/q.png', partner: 'p', partnerFile: 'a/0.png', source: SOURCE, distance: 0.25, rank: 2 };
  const first = store.imageJudgements.add(dataset, { ...judged, judgement: 'same' });
  const second = store.imageJudgements.add(dataset, { ...judged, partner: null, partnerFile: null, judgement: 'none' });
  expect(store.imageJudgements.list(other)).toEqual([]);
  expect(store.imageJudgements.list(dataset)).toMatchObject([
    { ...judged, id: first, judgement: 'same' },
    { id: second, partner: null, judgement: 'none' },
  ]);
  store.imageJudgements.setUndone(dataset, first, true);
  expect(() => store.imageJudgements.setUndone(other, second, true)).toThrow(/no judgement/);
  store.close();
  const again = storeAt(workspace);
  expect(again.imageJudgements.list(dataset).map(({ id }) => id)).toEqual([second]);
  again.imageJudgements.setUndone(dataset, first, false);
  expect(again.imageJudgements.list(dataset).map(({ id }) => id)).toEqual([first, second]);
  expect(() => again.imageJudgements.add(dataset, { ...judged, judgement: 'perhaps' as 'same' })).toThrow(/CHECK/);
});

test('a search of a folder keeps its candidates and decisions over a restart; the last decision is found', () => {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const { dataset } = store.datasets.insert(someDataset());
  const searched = { images: 12, excluded: 0, unreadable: 0, computedMs: 5, ranked: 12 };
  const search = store.folderSearches.add({
    ...{ dataset, folder: '/queries', source: SOURCE, searched },
    queries: [
      { file: 'empty.png', sha256: null, problem: 'the file is empty', candidates: [] },
      {
        file: 'a.png',
        sha256: 'aa',
        problem: null,
        candidates: [
          [3, 0.1],
          [4, 0.2],
        ],
      },
      { file: 'b.png', sha256: 'bb', problem: null, candidates: [[5, 0.3]] },
    ],
  });
  expect(store.folderSearches.lastDecided(search)).toBeNull();
  const judgement = store.imageJudgements.add(dataset, {
    ...{ query: 'bb', queryFile: '/queries/b.png', partner: 'p', partnerFile: 'b/5.png', judgement: 'same', source: SOURCE, distance: 0.3, rank: 1 },
  });
  store.folderSearches.decide(search, 1, 'same', judgement);
  store.folderSearches.decide(search, 0, 'skipped', null);
  expect(() => store.folderSearches.decide(search, 2, 'new', null)).toThrow('There is no image 3 in this search.'); // the unreadable one
  store.close();
  const again = storeAt(workspace).folderSearches;
  expect(again.list(dataset)).toEqual([again.get(search)]);
  expect(again.get(search)).toMatchObject({
    ...{ search, dataset, folder: '/queries', source: SOURCE, searched, queries: 2 },
    unreadable: [{ file: 'empty.png', reason: 'the file is empty' }],
    decided: { same: 1, new: 0, skipped: 1 },
  });
  expect(again.queries(search)).toMatchObject([
    {
      file: 'a.png',
      sha256: 'aa',
      candidates: [
        [3, 0.1],
        [4, 0.2],
      ],
      decision: 'skipped',
      judgement: null,
    },
    { file: 'b.png', decision: 'same', judgement },
  ]);
  expect(again.lastDecided(search)).toEqual({ position: 0, judgement: null });
  again.decide(search, 0, null, null);
  expect(again.lastDecided(search)).toEqual({ position: 1, judgement });
  expect(again.folders()).toEqual(['/queries']);
  again.setRemoved(search, true);
  expect([again.folders(), again.list(dataset)]).toEqual([[], []]);
  expect(() => again.get(search)).toThrow('it was removed');
});
