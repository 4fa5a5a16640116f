import { basename } from 'node:path';
import type { DatasetSummary, ImageRecord, RejectedFile } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { NewDataset } from '../../db/insert.ts';
import { byCodePoint } from '../../foundation/words.ts';
import { throwIfCancelled } from './cancel.ts';
import { groupsOf } from './groups.ts';
import { noImagesError, tooFewImagesError } from './import-errors.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { listClassFolders, type Listing } from './scan.ts';
import { snapshotOf } from './snapshot.ts';
import { assignSplits } from './split.ts';
import { countSubjects, storedPairs } from './split-pairs.ts';
import { warningsFor } from './warnings.ts';

/** sha256 of the file's bytes in hex; size in px after EXIF rotation. Or why the file can't be an image, in words. */
export type Inspection = { sha256: string; width: number; height: number } | { error: string };

/** What an import is asked to do. */
export interface ImportRequest {
  folder: string;
  name?: string | undefined; // default: the folder's name; stored unchanged
  groupBy?: string | undefined; // regular expression over file names
  splitSeed?: number | undefined; // a whole number
}

/** An import under way, here or in a thread of its own. It hands out its files batch by batch and makes a data set of the answers. */
export interface RunningImport {
  readonly count: number; // files
  /** Takes what the files of the batch before are, and hands out the absolute paths of the next batch: empty after the last. */
  next(answers: readonly Inspection[]): Promise<string[]>;
  /** Splits, draws the pairs, and stores all of it or nothing; the data set's id. Throws 'bad-dataset', 'cancelled'. */
  keep(signal?: AbortSignal): Promise<string>;
  /** Must be called in every case. */
  end(): void;
}

const BATCH = 2000; // files; a message of 100,000 would block its receiver

/** Stores a data set, whole or not at all. */
export type StoreDataset = (dataset: NewDataset, signal: AbortSignal | undefined) => DatasetSummary | Promise<DatasetSummary>;

export class ImportSession implements RunningImport {
  private readonly ask: ImportRequest;
  private readonly listing: Listing;
  private readonly groups: (string | null)[] | null; // by file
  private readonly datasets: Pick<DatasetStore, 'findSame' | 'replaceNotes'>;
  private readonly store: StoreDataset;
  private readonly answers: Inspection[] = [];

  private constructor(ask: ImportRequest, listing: Listing, datasets: Pick<DatasetStore, 'findSame' | 'replaceNotes'>, store: StoreDataset) {
    this.ask = ask;
    this.listing = listing;
    this.datasets = datasets;
    this.store = store;
    // Before the slow part: a wrong pattern shouldn't cost an analyst a minute of decoding.
    this.groups =
      ask.groupBy === undefined
        ? null
        : groupsOf(
            listing.files.map(({ file }) => file),
            ask.groupBy,
          );
  }

  /** Lists the folder. Throws AppError 'not-found' (no such folder), 'bad-dataset' (no images), 'usage' (pattern, name, seed), 'cancelled'. */
  static async begin(
    ask: ImportRequest,
    datasets: DatasetStore,
    { signal, keep = (d) => datasets.insert(d) }: { signal?: AbortSignal | undefined; keep?: StoreDataset },
  ) {
    if (!Number.isSafeInteger(ask.splitSeed ?? 0)) throw new AppError('usage', `The split seed must be a whole number, not ${ask.splitSeed}.`);
    if (ask.name?.trim() === '') throw new AppError('usage', 'The name of a data set can’t be empty.');
    throwIfCancelled(signal);
    const listing = await listClassFolders(ask.folder, { signal });
    if (listing.files.length === 0) throw noImagesError(listing);
    return new ImportSession(ask, listing, datasets, keep);
  }

  get count(): number {
    return this.listing.files.length;
  }

  next(answers: readonly Inspection[]): Promise<string[]> {
    for (const answer of answers) this.answers.push(answer);
    const from = this.answers.length;
    return Promise.resolve(this.listing.files.slice(from, from + BATCH).map(({ file }) => absoluteFile(this.listing.root, file)));
  }

  async keep(signal?: AbortSignal): Promise<string> {
    const { usable, rejected } = this.sorted();
    if (usable.length < 2 || new Set(usable.map(({ className }) => className)).size < 2) throw tooFewImagesError(usable, rejected);
    const { groupBy = null, splitSeed = 0, name } = this.ask;
    const splits = assignSplits(usable, splitSeed);
    const images: ImageRecord[] = usable.map((image, id) => ({ id, ...image, split: splits[id]! }));
    const pairs = storedPairs(images, splitSeed);
    const { root, classFolders } = this.listing;
    const identity = { name: name ?? (basename(root) || 'dataset'), root, groupBy, splitSeed, snapshot: snapshotOf(images) };
    const used = new Set(images.map(({ className }) => className));
    const emptyClassFolders = classFolders.filter((folder) => !used.has(folder));
    const warnings = warningsFor({ images, pairs, grouped: this.groups !== null, emptyClassFolders });
    throwIfCancelled(signal);
    const standing = this.datasets.findSame(identity);
    const kept = standing
      ? this.datasets.replaceNotes(standing.dataset, { rejected, warnings })
      : await this.store({ ...identity, groups: this.groups && countSubjects(images), images, pairs, rejected, warnings }, signal);
    return kept.dataset;
  }

  end(): void {
    this.answers.length = 0;
  }

  /** What can be used and what not, each sorted by file. */
  private sorted(): { usable: Omit<ImageRecord, 'id' | 'split'>[]; rejected: RejectedFile[] } {
    const usable: Omit<ImageRecord, 'id' | 'split'>[] = [];
    const rejected = [...this.listing.rejected];
    this.listing.files.forEach(({ file, className }, i) => {
      const answer = this.answers[i];
      if (answer === undefined) throw new AppError('internal', `Nobody said what ${file} is.`);
      if ('error' in answer) rejected.push({ file, reason: answer.error });
      else usable.push({ file, className, sha256: answer.sha256, group: this.groups?.[i] ?? null, width: answer.width, height: answer.height });
    });
    return { usable, rejected: rejected.sort((a, b) => byCodePoint(a.file, b.file)) };
  }
}
