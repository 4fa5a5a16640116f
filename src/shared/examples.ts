/** Nearest labelled examples of a pair. Types and numbers; the words are in example-words.ts. */

export const EXAMPLES = 5; // in a list

/**
 * Training and validation images that are compared at most. Of a larger data set as many are sampled with the run's seed. With MobileNetV2
 * (1,280 features) they take 100 MB of the cache, which are read for every pair.
 */
export const MAX_COMPARED_IMAGES = 20_000;

/** A training or validation image of the run's data set. */
export interface LabelledImage {
  id: number; // ImageRecord.id
  file: string; // relative to the data set's folder
  className: string; // as curated
  split: 'train' | 'valid';
}

export interface LabelledExample extends LabelledImage {
  cosine: number; // of the pooled features, 0..1 where features are not negative
  /** Other classes of images with the same pixels: such a label is in doubt. */
  otherClasses: string[];
}

/** The examples of one image of a pair, nearest first. None has the pixels of the image, and no two have the same pixels. */
export interface ImageExamples {
  nearest: LabelledExample[]; // of any class
  ofClasses: LabelledExample[][]; // of each class in PairExamples.classes
  ofOthers: LabelledExample[]; // of all other classes; empty if no class is known
  copies: LabelledImage[]; // training and validation images with the same pixels, without the image itself
}

/**
 * The labelled images whose pooled features are most similar, by raw cosine, to those of each image of a pair. The pooled features are the
 * encoder's last feature map averaged over space, or its class token: the head's input. The nearest image by them has the right class more often
 * than the nearest by the trained distance (recall@1 0.845 against 0.797 on flowers). Examples help people judge a network's answer more than maps do
 * (Nguyen, Kim and Nguyen 2021, arXiv 2105.14944).
 */
export interface PairExamples {
  dataset: string;
  compared: number; // images
  available: number; // training and validation images that are not excluded
  classCount: number; // of the compared images
  /** The classes of A and of B, as far as they are known and differ. */
  classes: string[];
  images: [ImageExamples, ImageExamples];
}

/** The features of this many images are missing: 'compare.readExamples' computes them once for the run. */
export interface UnreadExamples {
  unread: number;
}

export type ExamplesAnswer = PairExamples | UnreadExamples;

export const hasExamples = (answer: ExamplesAnswer): answer is PairExamples => !('unread' in answer);
