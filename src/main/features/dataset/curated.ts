import type { DatasetSummary, Split } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import type { DatasetStore, DerivedSummary } from '../../db/datasets.ts';
import type { DatasetStores } from '../../db/dataset-stores.ts';
import { countsBy } from '../../db/insert.ts';
import { snapshotOf } from './snapshot.ts';
import { countPairs, countSubjects } from './split-pairs.ts';
import { unusableWarnings } from './unusable.ts';
import { notesFor, warningsFor } from './warnings.ts';

/**
 * The store with curated data sets, as training, evaluation and reports use it. Excluded images are left out, relabelled images
 * have their new class, and splits stay. Pairs are drawn again for each state, see pair-sets.ts. Without edits it equals the import.
 * Image ids are those of the import, so they are not positions in `images`.
 */
export function curatedStore<S extends DatasetStores>(store: S): S {
  const imported = store.datasets;
  const summary = (original: DatasetSummary): DatasetSummary =>
    store.browse.isEdited(original.dataset) ? { ...original, ...derivedSummary(store, original) } : original;
  const datasets: DatasetStore = {
    ...imported,
    findSame: (identity) => {
      const found = imported.findSame(identity);
      return found && summary(found);
    },
    replaceNotes: (id, notes) => summary(imported.replaceNotes(id, notes)),
    list: () => imported.list().map((original) => (original.images > LARGE ? quickSummary(store, original) : summary(original))),
    get: (idOrName) => summary(imported.get(idOrName)),
    images: (idOrName) => store.browse.included(idOrName),
  };
  return { ...store, datasets };
}

/** Images. Larger data sets are searched and re-sampled in worker threads, because main could not answer other calls meanwhile. */
export const LARGE = 5000;

/** A summary without slow parts, for lists: `snapshot` is '', and pairs and most warnings are those of the import. */
function quickSummary(store: DatasetStores, original: DatasetSummary): DatasetSummary {
  if (!store.browse.isEdited(original.dataset)) return original;
  const derived = store.datasets.derivedSummary(original.dataset);
  if (derived) return { ...original, ...derived };
  const { classes, included } = store.browse.counts(original.dataset);
  const used = classes.filter((one) => one.included > 0);
  const unusableAtImport = unusableWarnings(
    Object.keys(original.classes).map((className) => ({ className })),
    original.images,
  );
  const inSplit = (split: Split): number => used.reduce((sum, one) => sum + one.splits[split], 0);
  return {
    ...original,
    images: included,
    classes: Object.fromEntries(used.map((one) => [one.className, one.included])),
    splits: { train: inSplit('train'), valid: inSplit('valid'), test: inSplit('test') },
    warnings: [
      ...unusableWarnings(
        used.map(({ className }) => ({ className })),
        included,
      ),
      ...original.warnings.filter((warning) => !unusableAtImport.includes(warning)),
    ],
    snapshot: '',
  };
}

/** Reads the derived summary, or computes it. Stores it until the next edit if the workspace is open for writing. */
function derivedSummary(store: DatasetStores, original: DatasetSummary): DerivedSummary {
  return store.datasets.derivedSummary(original.dataset) ?? deriveAndStore(store, original).derived;
}

interface DerivedData {
  edits: string; // `browse.edits` that it was derived from
  derived: DerivedSummary;
}

function deriveAndStore(store: DatasetStores, original: DatasetSummary): DerivedData {
  const found = derive(store, original);
  if (store.writable) store.datasets.putDerived(original.dataset, found.derived, found.edits);
  return found;
}

/** Derives and stores the summary of an edited data set if it is missing. Repeats if an edit happens meanwhile. */
export function updateDerived(store: DatasetStores, dataset: string): void {
  const original = store.datasets.get(dataset);
  while (store.browse.isEdited(original.dataset) && store.datasets.derivedSummary(original.dataset) === null) {
    const found = derive(store, original);
    if (store.datasets.putDerived(original.dataset, found.derived, found.edits)) return;
  }
}

function derive(store: DatasetStores, original: DatasetSummary): DerivedData {
  const { images, edits } = store.browse.includedWithEdits(original.dataset);
  const pairs = countPairs(images, store.datasets.header(original.dataset).splitSeed);
  const perSplit = (count: (split: Split) => number): Record<Split, number> =>
    Object.fromEntries(SPLITS.map((split) => [split, count(split)])) as Record<Split, number>;
  const grouped = original.groups !== null;
  const derived: DerivedSummary = {
    images: images.length,
    classes: countsBy(images, ({ className }) => className),
    splits: perSplit((split) => images.filter((image) => image.split === split).length),
    pairs,
    groups: grouped ? countSubjects(images) : null,
    warnings: [...unusableWarnings(images), ...warningsFor({ images, pairs, grouped, emptyClassFolders: [] })],
    snapshot: snapshotOf(images),
  };
  return { edits, derived };
}

/** The images that each warning of a data set speaks of, as it is now, by its text. Warnings without images, and notes of the import, are left out. */
export function imagesOfWarnings(curated: DatasetStores, idOrName: string): { text: string; ids: number[] }[] {
  const { dataset, pairs, groups } = curated.datasets.get(idOrName);
  const images = curated.browse.included(dataset);
  return notesFor({ images, pairs, grouped: groups !== null, emptyClassFolders: [] }).flatMap((note) =>
    note.images.length === 0 ? [] : [{ text: note.text, ids: note.images.map(({ id }) => id) }],
  );
}
