import { basename } from 'node:path';
import type { DatasetSummary, ImageRecord, Pair, RejectedFile, Split } from '../../shared/dataset.ts';
import { AppError } from '../../shared/errors.ts';
import { randomFor } from '../../shared/random.ts';
import type { Store } from '../db/store.ts';
import { drawPairs, roundsFor } from '../pairs/draw.ts';
import { byCodePoint, counted, quoted } from '../words.ts';
import { stopIfCancelled } from './cancel.ts';
import { groupsOf } from './groups.ts';
import { absoluteFile, hasImageExtension, listClassFolders, type ListedFile, type Listing } from './scan.ts';
import { snapshotOf } from './snapshot.ts';
import { assignSplits } from './split.ts';
import { warningsFor } from './warnings.ts';

/** sha256 of the file's bytes in hex; size in px after EXIF rotation. Or why the file can't be an image, in words. */
export type Inspected = { sha256: string; width: number; height: number } | { error: string };

/** Opens every file (absolute paths) once; one answer each, in their order. Decoding is the compute process's work, not main's. */
export type Inspect = (
  files: string[],
  options: { signal?: AbortSignal | undefined; onProgress?: ((done: number, total: number) => void) | undefined },
) => Promise<Inspected[]>;

export interface ImportOptions {
  folder: string;
  name?: string | undefined; // the folder's, where not given; kept as it is
  groupBy?: string | undefined; // regular expression over file names
  splitSeed?: number | undefined; // a whole number
  store: Pick<Store, 'datasets'>;
  inspect: Inspect;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined; // files inspected
}

/**
 * Makes a data set of a folder with one folder per class: lists, inspects, splits, draws and stores the pairs every run will be
 * judged on, all in one transaction. A folder whose images, name and options are those of a stored data set gives that one back,
 * with what was rejected this time.
 * Throws AppError 'not-found' (no such folder), 'bad-dataset' (it can't be a data set), 'usage' (pattern, name, seed) and 'cancelled'.
 */
export async function importDataset(options: ImportOptions): Promise<DatasetSummary> {
  const { folder, groupBy = null, splitSeed = 0, store, inspect, signal, onProgress } = options;
  if (!Number.isSafeInteger(splitSeed)) throw new AppError('usage', `The split seed must be a whole number, not ${splitSeed}.`);
  if (options.name?.trim() === '') throw new AppError('usage', 'The name of a data set can’t be empty.');
  stopIfCancelled(signal);
  const listing = await listClassFolders(folder, { signal });
  if (listing.files.length === 0) throw whyNoImages(listing);
  // Before the slow part: a wrong pattern shouldn't cost an analyst a minute of decoding.
  const groups =
    groupBy === null
      ? null
      : groupsOf(
          listing.files.map(({ file }) => file),
          groupBy,
        );
  const { usable, rejected } = await inspectAll(listing, inspect, { signal, onProgress });
  if (usable.length < 2 || new Set(usable.map(({ className }) => className)).size < 2) throw whyUnusable(usable, rejected);

  const subjects = groups && new Map(listing.files.map(({ file }, i) => [file, groups[i] ?? null]));
  const images = withSplits(
    usable.map((image) => ({ ...image, group: subjects?.get(image.file) ?? null })),
    splitSeed,
  );
  const pairs = storedPairs(images, splitSeed);
  const identity = {
    name: options.name ?? (basename(listing.root) || 'dataset'),
    root: listing.root,
    groupBy,
    splitSeed,
    snapshot: snapshotOf(images),
  };
  const used = new Set(images.map(({ className }) => className));
  const emptyClassFolders = listing.classFolders.filter((name) => !used.has(name));
  const warnings = warningsFor({ images, pairs, grouped: groups !== null, emptyClassFolders });
  stopIfCancelled(signal);

  const standing = store.datasets.findSame(identity);
  if (standing) return store.datasets.replaceNotes(standing.dataset, { rejected, warnings });
  return store.datasets.insert({ ...identity, groups: groups && countSubjects(images), images, pairs, rejected, warnings });
}

type UsableImage = ListedFile & { sha256: string; width: number; height: number };

async function inspectAll(
  listing: Listing,
  inspect: Inspect,
  { signal, onProgress }: Pick<ImportOptions, 'signal' | 'onProgress'>,
): Promise<{ usable: UsableImage[]; rejected: RejectedFile[] }> {
  const paths = listing.files.map(({ file }) => absoluteFile(listing.root, file));
  const answers = await inspect(paths, { signal, onProgress }).catch((error: unknown) => {
    stopIfCancelled(signal); // however the other side puts it
    throw error;
  });
  stopIfCancelled(signal);
  if (answers.length !== paths.length) throw new AppError('internal', `${answers.length} of ${paths.length} files were inspected.`);
  const usable: UsableImage[] = [];
  const rejected = [...listing.rejected];
  listing.files.forEach(({ file, className }, i) => {
    const answer = answers[i]!;
    if ('error' in answer) rejected.push({ file, reason: answer.error });
    else usable.push({ file, className, sha256: answer.sha256, width: answer.width, height: answer.height });
  });
  return { usable, rejected: rejected.sort((a, b) => byCodePoint(a.file, b.file)) };
}

function withSplits(images: (UsableImage & { group: string | null })[], splitSeed: number): ImageRecord[] {
  const splits = assignSplits(images, splitSeed);
  return images.map(({ file, className, sha256, group, width, height }, id) => ({
    id,
    file,
    className,
    sha256,
    group,
    width,
    height,
    split: splits[id]!,
  }));
}

/** The fixed pairs of each split: training images get one round, for the training figures; the others enough to judge by. */
export function storedPairs(images: readonly ImageRecord[], splitSeed: number): Record<Split, Pair[]> {
  const draw = (split: Split): Pair[] => {
    const there = images.filter((image) => image.split === split);
    return drawPairs(there, randomFor(splitSeed, 'stored-pairs', split), { rounds: split === 'train' ? 1 : roundsFor(there.length) });
  };
  return { train: draw('train'), valid: draw('valid'), test: draw('test') };
}

/** A file without a subject is one of its own. */
export function countSubjects(images: readonly ImageRecord[]): number {
  const named = new Set(images.map(({ group }) => group).filter((group) => group !== null));
  return named.size + images.filter(({ group }) => group === null).length;
}

const LAYOUT = 'a data set is a folder with one sub-folder per class and the images in those';

function whyNoImages({ root, rejected, classFolders }: Listing): AppError {
  const refuse = (sentence: string): AppError => new AppError('bad-dataset', sentence, { root, rejected });
  const loose = rejected.filter(({ file }) => !file.includes('/') && hasImageExtension(file));
  if (loose.length > 0) {
    return refuse(`The images of ${quoted(root)} lie in no class folder (${counted(loose.length, 'image')} directly inside): ${LAYOUT}.`);
  }
  if (rejected.length === 0 && classFolders.length === 0) return refuse(`The folder ${quoted(root)} is empty: ${LAYOUT}.`);
  return refuse(`No image was found below ${quoted(root)}${firstReason(rejected)}: ${LAYOUT}.`);
}

function whyUnusable(usable: readonly UsableImage[], rejected: readonly RejectedFile[]): AppError {
  const refuse = (sentence: string): AppError => new AppError('bad-dataset', sentence, { usable: usable.length, rejected });
  if (usable.length < 2) {
    const found = usable.length === 0 ? 'No image' : 'Only one image';
    return refuse(`${found} could be used${firstReason(rejected)}: two classes with an image each are the least.`);
  }
  const only = quoted(usable[0]!.className);
  return refuse(`All ${usable.length} usable images are of one class, ${only}${firstReason(rejected)}: pairs need at least two classes.`);
}

function firstReason(rejected: readonly RejectedFile[]): string {
  const [first] = rejected;
  return first ? ` (${counted(rejected.length, 'file')} rejected, such as ${quoted(first.file)}: ${first.reason})` : '';
}
