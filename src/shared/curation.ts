import { z } from 'zod';
import { IMAGE_SORTS, type ImageRecord, type Split } from './dataset.ts';

const ids = z.array(z.number().int().min(0)).min(1, 'choose at least one image').max(1_000_000);
const label = z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters');

/** One change of a data set. It never touches the files: it is a line in the data set's history and can be undone. */
export const CurationEdit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exclude'), ids }),
  z.strictObject({ kind: z.literal('include'), ids }),
  z.strictObject({ kind: z.literal('relabel'), ids, className: label }),
  z.strictObject({ kind: z.literal('tag'), ids, tag: label }),
  z.strictObject({ kind: z.literal('untag'), ids, tag: label }),
]);
export type CurationEdit = z.infer<typeof CurationEdit>;

/** An image as the screen shows it. `className` is the curated one: `importedClass` differs where it was relabelled. */
export interface CuratedImage extends ImageRecord {
  importedClass: string;
  excluded: boolean;
  tags: string[]; // sorted
}

/** A line of a data set's history. What was undone stays on it. */
export interface CurationEntry {
  position: number; // 1-based, in order of time
  kind: CurationEdit['kind'];
  value: string | null; // the class or tag
  images: number; // how many images it changed
  text: string; // "Excluded 3 images", for the list and for the undo button
  atMs: number;
  undone: boolean;
  undoneMs: number | null;
}

export interface CurationState {
  dataset: string;
  canUndo: string | null; // what would be undone, in words
  canRedo: string | null;
  edits: number; // in effect
  undoPosition: number | null; // the entry of the history that would be undone
  redoPosition: number | null; // and redone
}

export const ImageQuery = z.strictObject({
  dataset: z.string().min(1),
  text: z.string().max(500).default(''), // part of the file name, class or tag; ignores case
  classes: z.array(z.string()).default([]), // empty: all
  splits: z.array(z.enum(['train', 'valid', 'test'])).default([]),
  tags: z.array(z.string()).default([]),
  state: z.enum(['included', 'excluded', 'all']).default('all'),
  sort: z.enum(IMAGE_SORTS).default('class'),
  descending: z.boolean().default(false),
});
export type ImageQuery = z.infer<typeof ImageQuery>;

export interface FoundImages {
  ids: Int32Array; // in the order asked for
  classes: { className: string; images: number }[] | null; // where sorted by class: runs of the ids, in their order
}

export interface ClassCount {
  className: string;
  included: number;
  excluded: number;
  splits: Record<Split, number>; // included images
}

export interface DatasetCounts {
  dataset: string;
  classes: ClassCount[]; // in the order of their names
  tags: { tag: string; images: number }[];
  included: number;
  excluded: number;
  relabelled: number;
}
