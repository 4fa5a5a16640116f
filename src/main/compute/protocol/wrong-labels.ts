import type { LabelColumns, LabelFigures } from '../../../shared/labels.ts';
import type { AllImages, EmbeddedRequest } from './embeddings.ts';

export interface CheckLabelsRequest extends Pick<AllImages, 'images' | 'excluded'> {
  embedded: EmbeddedRequest;
  ids: Int32Array; // EmbeddedSet.ids
  /** [m, 2] ids of images that are duplicates of each other, besides those with the same pixels. */
  links: Int32Array;
  hasPatches: boolean; // whether the rows are, or have, features of patches
  seed: number;
}

export interface LabelProgress {
  done: number;
  total: number;
}

/** Requests to compute, as in ComputeCalls. */
export interface WrongLabelCalls {
  checkLabels: { args: CheckLabelsRequest; result: { figures: LabelFigures; columns: LabelColumns }; progress: LabelProgress };
}
