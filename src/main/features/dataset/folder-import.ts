import { basename } from 'node:path';
import type { DatasetSummary, ImageRecord, RejectedFile } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { NewDataset } from '../../db/insert.ts';
import { factsOf, sampleBitsOf } from './sample-bits.ts';
import { byCodePoint } from '../../foundation/words.ts';
import { throwIfCancelled } from './cancel.ts';
import { groupsOf } from './groups.ts';
import { noImagesError, tooFewImagesError } from './import-errors.ts';
import { chooseSplits } from './choose-split.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { listClassFolders, type Listing } from './scan.ts';
import { snapshotOf } from './snapshot.ts';
import { countSubjects, storedPairs } from './split-pairs.ts';
import { warningsFor } from './warnings.ts';

interface InspectedFile {
  sha256: string; // of the file, hex
  content: string; // of its pixels: ImageRecord.content
  width: number; // px, after EXIF rotation
  height: number;
  facts?: string[]; // what a person must know of how the file is read
  maxSample?: number | null; // of a 16-bit file that does not say which of the 16 bits it uses
}

/** What an image is, or the reason why the file is not a usable image. */
export type Inspection = InspectedFile | { error: string };

export interface ImportRequest {
  folder: string;
  name?: string | undefined; // default: the folder's name
  groupBy?: string | undefined; // regular expression over file names
  splitSeed?: number | undefined; // a whole number
}

/** A started import, in this thread or a worker. Lists files in batches, and stores a data set from their inspections. */
export interface RunningImport {
  readonly count: number; // files
  /** Takes the inspections of the previous batch. Returns the absolute paths of the next; empty after the last. */
  next(inspections: readonly Inspection[]): Promise<string[]>;
  /** Splits the images, samples the pairs and stores the data set. Returns its id. Throws AppError 'bad-dataset' or 'cancelled'. */
  store(signal?: AbortSignal): Promise<string>;
  /** Frees the memory or the thread. Call it after success and failure. */
  end(): void;
}

const BATCH = 2000; // files; a message with 100,000 would block the receiver

/** Stores a whole data set or nothing. */
export type StoreDataset = (dataset: NewDataset, signal: AbortSignal | undefined) => DatasetSummary | Promise<DatasetSummary>;

/** Imports a folder in this thread. */
export class FolderImport implements RunningImport {
  private readonly request: ImportRequest;
  private readonly listing: Listing;
  private readonly groups: (string | null)[] | null; // by file
  private readonly datasets: Pick<DatasetStore, 'findSame' | 'replaceNotes'>;
  private readonly insert: StoreDataset;
  private readonly inspections: Inspection[] = []; // by file

  private constructor(request: ImportRequest, listing: Listing, datasets: Pick<DatasetStore, 'findSame' | 'replaceNotes'>, insert: StoreDataset) {
    this.request = request;
    this.listing = listing;
    this.datasets = datasets;
    this.insert = insert;
    // Before the slow decoding, so that a wrong pattern is reported immediately.
    this.groups =
      request.groupBy === undefined
        ? null
        : groupsOf(
            listing.files.map(({ file }) => file),
            request.groupBy,
          );
  }

  /** Lists the folder. Throws AppError 'not-found' (no such folder), 'bad-dataset' (no images), 'usage' (pattern, name, seed), 'cancelled'. */
  static async begin(
    request: ImportRequest,
    datasets: DatasetStore,
    { signal, store = (d) => datasets.insert(d) }: { signal?: AbortSignal | undefined; store?: StoreDataset },
  ) {
    if (!Number.isSafeInteger(request.splitSeed ?? 0))
      throw new AppError('usage', `The split seed must be a whole number, not ${request.splitSeed}.`);
    if (request.name?.trim() === '') throw new AppError('usage', 'The name of a data set can’t be empty.');
    throwIfCancelled(signal);
    const listing = await listClassFolders(request.folder, { signal });
    if (listing.files.length === 0) throw noImagesError(listing);
    return new FolderImport(request, listing, datasets, store);
  }

  get count(): number {
    return this.listing.files.length;
  }

  next(inspections: readonly Inspection[]): Promise<string[]> {
    for (const inspection of inspections) this.inspections.push(inspection);
    const from = this.inspections.length;
    return Promise.resolve(this.listing.files.slice(from, from + BATCH).map(({ file }) => absoluteFile(this.listing.root, file)));
  }

  async store(signal?: AbortSignal): Promise<string> {
    const sampleBits = sampleBitsOf(this.inspections.map((inspection) => ('maxSample' in inspection ? inspection.maxSample : null)));
    const { usable, rejected } = this.separateRejected(sampleBits);
    if (usable.length < 2 || new Set(usable.map(({ className }) => className)).size < 2) throw tooFewImagesError(usable, rejected);
    const { groupBy = null, splitSeed = 0, name } = this.request;
    const splits = chooseSplits(usable, splitSeed);
    const images: ImageRecord[] = usable.map((image, id) => ({ id, ...image, split: splits[id]! }));
    const pairs = storedPairs(images, splitSeed);
    const { root, classFolders } = this.listing;
    const identity = { name: name ?? (basename(root) || 'dataset'), root, groupBy, splitSeed, sampleBits, snapshot: snapshotOf(images) };
    const used = new Set(images.map(({ className }) => className));
    const emptyClassFolders = classFolders.filter((folder) => !used.has(folder));
    const warnings = warningsFor({ images, pairs, grouped: this.groups !== null, emptyClassFolders });
    throwIfCancelled(signal);
    const existing = this.datasets.findSame(identity);
    const stored = existing
      ? this.datasets.replaceNotes(existing.dataset, { rejected, warnings, images })
      : await this.insert({ ...identity, groups: this.groups && countSubjects(images), images, pairs, rejected, warnings }, signal);
    return stored.dataset;
  }

  end(): void {
    this.inspections.length = 0;
  }

  /** Usable images and rejected files, each sorted by file name. */
  private separateRejected(sampleBits: number | null): { usable: Omit<ImageRecord, 'id' | 'split'>[]; rejected: RejectedFile[] } {
    const usable: Omit<ImageRecord, 'id' | 'split'>[] = [];
    const rejected = [...this.listing.rejected];
    this.listing.files.forEach(({ file, className }, i) => {
      const inspection = this.inspections[i];
      if (inspection === undefined) throw new AppError('internal', `${file} was not inspected.`);
      if ('error' in inspection) rejected.push({ file, reason: inspection.error });
      else {
        const { sha256, content, width, height } = inspection;
        const facts = factsOf(inspection, sampleBits);
        usable.push({ file, className, sha256, content, group: this.groups?.[i] ?? null, width, height, ...(facts.length === 0 ? {} : { facts }) });
      }
    });
    return { usable, rejected: rejected.sort((a, b) => byCodePoint(a.file, b.file)) };
  }
}
