import type { DatasetSummary, ImageRecord, Pair, Split } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import type { DatasetStore, DerivedSummary } from '../../db/datasets.ts';
import { countsBy } from '../../db/insert.ts';
import type { Store } from '../../db/store.ts';
import { countNoun, quote } from '../../foundation/words.ts';
import { snapshotOf } from './snapshot.ts';
import { countSubjects, storedPairs } from './split-pairs.ts';
import { warningsFor } from './warnings.ts';

/**
 * The store with curated data sets, as training, evaluation and reports use it. Excluded images are left out, relabelled images
 * have their new class, splits do not change, and pairs are sampled again from the data set's seed. Without edits everything is
 * as imported. Image ids are those of the import, so they are not positions in `images`.
 */
export function curatedStore(store: Store): Store {
  const imported = store.datasets;
  const summary = (given: DatasetSummary): DatasetSummary =>
    store.browse.isEdited(given.dataset) ? { ...given, ...derivedSummary(store, given) } : given;
  const datasets: DatasetStore = {
    ...imported,
    findSame: (identity) => {
      const found = imported.findSame(identity);
      return found && summary(found);
    },
    replaceNotes: (id, notes) => summary(imported.replaceNotes(id, notes)),
    list: () => imported.list().map((given) => (given.images > LARGE ? quickSummary(store, given) : summary(given))),
    get: (idOrName) => summary(imported.get(idOrName)),
    images: (idOrName) => store.browse.included(idOrName),
    pairs: (idOrName, split) => {
      if (!store.browse.isEdited(idOrName)) return imported.pairs(idOrName, split);
      const given = imported.get(idOrName);
      if (imported.derived(given.dataset)) return imported.derivedPairs(given.dataset, split);
      return deriveAndStore(store, given).pairs[split];
    },
  };
  return { ...store, datasets };
}

/** Data sets with more images are searched and re-sampled in worker threads, because main could not answer other calls meanwhile. */
export const LARGE = 5000;

/** A summary without slow parts, for lists: `snapshot` is '', pairs and most warnings are those of the import. `get` has them all. */
function quickSummary(store: Store, given: DatasetSummary): DatasetSummary {
  if (!store.browse.isEdited(given.dataset)) return given;
  const known = store.datasets.derived(given.dataset);
  if (known) return { ...given, ...known };
  const { classes, included } = store.browse.counts(given.dataset);
  const left = classes.filter((one) => one.included > 0);
  const inSplit = (split: Split): number => left.reduce((sum, one) => sum + one.splits[split], 0);
  return {
    ...given,
    images: included,
    classes: Object.fromEntries(left.map((one) => [one.className, one.included])),
    splits: { train: inSplit('train'), valid: inSplit('valid'), test: inSplit('test') },
    warnings: [
      ...unusableWarnings(
        left.map(({ className }) => ({ className })),
        included,
      ),
      ...given.warnings,
    ],
    snapshot: '',
  };
}

/** Reads the derived summary or computes it; stores it until the next edit if the workspace is open for writing. */
function derivedSummary(store: Store, given: DatasetSummary): DerivedSummary {
  return store.datasets.derived(given.dataset) ?? deriveAndStore(store, given).derived;
}

interface DerivedData {
  edits: string; // the edits it was derived from
  derived: DerivedSummary;
  pairs: Record<Split, Pair[]>;
}

function deriveAndStore(store: Store, given: DatasetSummary): DerivedData {
  const found = derive(store, given);
  if (store.writable) store.datasets.putDerived(given.dataset, found.derived, found.pairs, found.edits);
  return found;
}

/** Derives and stores summary and pairs of an edited data set if they are missing. Starts over if an edit happens meanwhile. */
export function updateDerived(store: Store, dataset: string): void {
  const given = store.datasets.get(dataset);
  while (store.browse.isEdited(given.dataset) && store.datasets.derived(given.dataset) === null) {
    const found = derive(store, given);
    if (store.datasets.putDerived(given.dataset, found.derived, found.pairs, found.edits)) return;
  }
}

function derive(store: Store, given: DatasetSummary): DerivedData {
  const { images, edits } = store.browse.includedWithEdits(given.dataset);
  const pairs = storedPairs(images, store.datasets.header(given.dataset).splitSeed);
  const perSplit = (count: (split: Split) => number): Record<Split, number> =>
    Object.fromEntries(SPLITS.map((split) => [split, count(split)])) as Record<Split, number>;
  const grouped = given.groups !== null;
  const derived: DerivedSummary = {
    images: images.length,
    classes: countsBy(images, ({ className }) => className),
    splits: perSplit((split) => images.filter((image) => image.split === split).length),
    pairs: perSplit((split) => pairs[split].length),
    groups: grouped ? countSubjects(images) : null,
    warnings: [...unusableWarnings(images), ...warningsFor({ images, pairs, grouped, emptyClassFolders: [] })],
    snapshot: snapshotOf(images),
  };
  return { edits, derived, pairs };
}

/** Warnings for curated data sets only: an import with fewer than two classes is refused. */
function unusableWarnings(images: readonly Pick<ImageRecord, 'className'>[], count = images.length): string[] {
  const classes = new Set(images.map(({ className }) => className));
  const [only] = classes;
  if (only === undefined) return ['All images are excluded, so nothing can be trained. Include some again.'];
  if (classes.size === 1) {
    return [
      `All ${countNoun(count, 'remaining image')} are of one class, ${quote(only)}: pairs need at least two. Include images of another class again, or relabel some.`,
    ];
  }
  return [];
}
