import { z } from 'zod';
import { IMAGE_SORTS, type ImageRecord, type Split, MAX_SEARCH } from './dataset.ts';

const ids = z.array(z.number().int().min(0)).min(1, 'choose at least one image').max(1_000_000);
const label = z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters');

/** One change of a data set: an entry in its history, which can be undone. Files are never changed. */
export const CurationEdit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exclude'), ids }),
  z.strictObject({ kind: z.literal('include'), ids }),
  z.strictObject({ kind: z.literal('relabel'), ids, className: label }),
  z.strictObject({ kind: z.literal('tag'), ids, tag: label }),
  z.strictObject({ kind: z.literal('untag'), ids, tag: label }),
]);
export type CurationEdit = z.infer<typeof CurationEdit>;

/** An image as the screen shows it. `className` is the current class, `importedClass` the one before relabelling. */
export interface CuratedImage extends ImageRecord {
  importedClass: string;
  excluded: boolean;
  tags: string[]; // sorted
}

/** An entry of a data set's history. Undone entries remain in it. */
export interface CurationEntry {
  position: number; // 1-based, oldest first
  kind: CurationEdit['kind'];
  value: string | null; // the class or tag
  images: number; // number of changed images
  text: string; // "Excluded 3 images", for the list and for the undo button
  atMs: number;
  undone: boolean;
  undoneMs: number | null;
}

export interface CurationState {
  dataset: string;
  canUndo: string | null; // the text of the entry that would be undone
  canRedo: string | null;
  edits: number; // in effect
  undoPosition: number | null; // the entry of the history that would be undone
  redoPosition: number | null; // and redone
}

export const ImageQuery = z.strictObject({
  dataset: z.string().min(1),
  text: z.string().max(MAX_SEARCH).default(''), // part of the file name, class or tag; ignores case
  classes: z.array(z.string()).default([]), // empty: all
  splits: z.array(z.enum(['train', 'valid', 'test'])).default([]),
  tags: z.array(z.string()).default([]),
  state: z.enum(['included', 'excluded', 'all']).default('all'),
  sort: z.enum(IMAGE_SORTS).default('class'),
  descending: z.boolean().default(false),
});
export type ImageQuery = z.infer<typeof ImageQuery>;

export interface FoundImages {
  ids: Int32Array; // in the requested order
  classes: { className: string; images: number }[] | null; // if sorted by class: how many consecutive ids each class has
}

export interface ClassCount {
  className: string;
  included: number;
  excluded: number;
  splits: Record<Split, number>; // included images
}

export interface DatasetCounts {
  dataset: string;
  classes: ClassCount[]; // sorted by name
  tags: { tag: string; images: number }[];
  included: number;
  excluded: number;
  relabelled: number;
}
