import { basename } from 'node:path';
import type { DatasetSummary, ImageRecord, RejectedFile, Split, SplitSource } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { NewDataset } from '../../db/insert.ts';
import { factsOf, sampleBitsOf } from './sample-bits.ts';
import { byCodePoint } from '../../foundation/words.ts';
import { throwIfCancelled } from './cancel.ts';
import { groupsOf } from './groups.ts';
import { innerFolderError, noImagesError, tooFewImagesError } from './import-errors.ts';
import { unusableWarnings } from './unusable.ts';
import { chooseSplits } from './choose-split.ts';
import { useGivenSplit } from './given-split.ts';
import { innerFolder, type Layout, layoutOf, splitNotes } from './layout.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { listClassFolders, type Listing } from './scan.ts';
import { snapshotOf } from './snapshot.ts';
import { countPairs, countSubjects } from './split-pairs.ts';
import { groupRuleMissing, isUnseenSplit, unseenSplits } from './unseen-split.ts';
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
  groupBy?: string | undefined; // regular expression over file names, or over paths if it contains a /
  groupName?: string | undefined; // what a group is called, in the singular; needs groupBy
  splits?: SplitSource | undefined; // default 'folders'
  splitSeed?: number | undefined; // a whole number
}

/** A started import, in this thread or a worker. Lists files in batches, and stores a data set from their inspections. */
export interface RunningImport {
  readonly count: number; // files
  /** Takes the inspections of the previous batch. Returns the absolute paths of the next; empty after the last. */
  next(inspections: readonly Inspection[]): Promise<string[]>;
  /** Splits the images and stores the data set. Returns its id. Throws AppError 'bad-dataset' or 'cancelled'. */
  store(signal?: AbortSignal): Promise<string>;
  /** Frees the memory or the thread. Call it after success and failure. */
  end(): void;
}

const BATCH = 2000; // files; a message with 100,000 would block the receiver

/** Stores a whole data set or nothing. */
export type StoreDataset = (dataset: NewDataset, signal: AbortSignal | undefined) => DatasetSummary | Promise<DatasetSummary>;

type UsableImage = Omit<ImageRecord, 'id' | 'split'> & { at: number }; // position in the listing

/** Imports a folder in this thread. */
export class FolderImport implements RunningImport {
  private readonly request: ImportRequest;
  private readonly root: string;
  private readonly layout: Layout;
  private readonly unsorted: boolean;
  private readonly groups: (string | null)[] | null; // by file
  private readonly datasets: Pick<DatasetStore, 'findSame' | 'replaceNotes'>;
  private readonly insert: StoreDataset;
  private readonly inspections: Inspection[] = []; // by file

  private constructor(
    request: ImportRequest,
    listing: Pick<Listing, 'root' | 'unsorted'>,
    layout: Layout,
    datasets: Pick<DatasetStore, 'findSame' | 'replaceNotes'>,
    insert: StoreDataset,
  ) {
    this.request = request;
    this.root = listing.root;
    this.unsorted = listing.unsorted;
    this.layout = layout;
    this.datasets = datasets;
    this.insert = insert;
    // Before the slow decoding, so that a wrong pattern is reported immediately.
    this.groups = request.groupBy === undefined ? null : groupsOf(layout.groupPaths, request.groupBy);
  }

  /** Lists the folder. Throws AppError 'not-found' (no such folder), 'bad-dataset' (no images), 'usage' (pattern, name, seed), 'cancelled'. */
  static async begin(
    request: ImportRequest,
    datasets: DatasetStore,
    { signal, store = (d) => datasets.insert(d) }: { signal?: AbortSignal | undefined; store?: StoreDataset },
  ) {
    if (!Number.isSafeInteger(request.splitSeed ?? 0))
      throw new AppError('usage', `The split seed must be a whole number, not ${request.splitSeed}.`);
    if (request.groupName !== undefined && request.groupBy === undefined)
      throw new AppError('usage', 'A name for groups needs a group rule: choose how images are grouped, or leave the name out.');
    if (request.splits === 'unseen-groups' && request.groupBy === undefined) throw groupRuleMissing();
    if (request.name?.trim() === '') throw new AppError('usage', 'The name of a data set can’t be empty.');
    throwIfCancelled(signal);
    const listing = await listClassFolders(request.folder, { signal });
    if (listing.files.length === 0) throw noImagesError(listing);
    const inner = innerFolder(listing);
    if (inner) throw innerFolderError(listing.root, inner);
    return new FolderImport(request, listing, layoutOf(listing), datasets, store);
  }

  get count(): number {
    return this.layout.files.length;
  }

  next(inspections: readonly Inspection[]): Promise<string[]> {
    for (const inspection of inspections) this.inspections.push(inspection);
    const from = this.inspections.length;
    return Promise.resolve(this.layout.files.slice(from, from + BATCH).map(({ file }) => absoluteFile(this.root, file)));
  }

  async store(signal?: AbortSignal): Promise<string> {
    const sampleBits = sampleBitsOf(this.inspections.map((inspection) => ('maxSample' in inspection ? inspection.maxSample : null)));
    const { usable, rejected } = this.separateRejected(sampleBits);
    const isOneClass = new Set(usable.map(({ className }) => className)).size < 2;
    if (usable.length < 2 || (isOneClass && !this.unsorted)) throw tooFewImagesError(usable, rejected);
    const { groupBy = null, splitSeed = 0, name } = this.request;
    const groupName = this.request.groupName?.trim() || null;
    const { splits, notes } = this.chooseSplits(usable, splitSeed);
    const images: ImageRecord[] = usable.map(({ at: _, ...image }, id) => ({ id, ...image, split: splits[id]! }));
    const pairs = countPairs(images, splitSeed);
    const { root } = this;
    const identity = { name: name ?? (basename(root) || 'dataset'), root, groupBy, splitSeed, sampleBits, snapshot: snapshotOf(images) };
    const used = new Set(images.map(({ className }) => className));
    const emptyClassFolders = this.layout.classFolders.filter((folder) => !used.has(folder));
    const warnings = [...unusableWarnings(images), ...warningsFor({ images, pairs, grouped: this.groups !== null, emptyClassFolders }), ...notes];
    throwIfCancelled(signal);
    const existing = this.datasets.findSame(identity);
    const stored = existing
      ? this.datasets.replaceNotes(existing.dataset, { rejected, warnings, images, groupName })
      : await this.insert({ ...identity, groups: this.groups && countSubjects(images), groupName, images, pairs, rejected, warnings }, signal);
    return stored.dataset;
  }

  end(): void {
    this.inspections.length = 0;
  }

  /** The split by folders, or a new one; and what to know of it and of the folders. */
  private chooseSplits(usable: readonly UsableImage[], seed: number): { splits: Split[]; notes: string[] } {
    const { split, notes } = this.layout;
    const layoutNotes = this.groups === null ? notes : [];
    const { splits: source } = this.request;
    if (isUnseenSplit(source)) return { splits: unseenSplits(usable, source, seed), notes: layoutNotes };
    if (split === null || source === 'new') return { splits: chooseSplits(usable, seed), notes: layoutNotes };
    const given = useGivenSplit(
      usable,
      usable.map(({ at }) => split.of[at]!),
      seed,
    );
    return { splits: given.splits, notes: [...splitNotes(split), ...given.notes, ...layoutNotes] };
  }

  /** Usable images and rejected files, each sorted by file name. */
  private separateRejected(sampleBits: number | null): { usable: UsableImage[]; rejected: RejectedFile[] } {
    const usable: UsableImage[] = [];
    const rejected = [...this.layout.rejected];
    this.layout.files.forEach(({ file, className }, i) => {
      const inspection = this.inspections[i];
      if (inspection === undefined) throw new AppError('internal', `${file} was not inspected.`);
      if ('error' in inspection) rejected.push({ file, reason: inspection.error });
      else {
        const { sha256, content, width, height } = inspection;
        const facts = factsOf(inspection, sampleBits);
        usable.push({
          at: i,
          file,
          className,
          sha256,
          content,
          group: this.groups?.[i] ?? null,
          width,
          height,
          ...(facts.length === 0 ? {} : { facts }),
        });
      }
    });
    return { usable, rejected: rejected.sort((a, b) => byCodePoint(a.file, b.file)) };
  }
}
