/** The least that a folder must have for pairs in training, validation and test: see features/dataset/choose-split.ts. */
export const ENOUGH_IMAGES = 'two classes of at least 6 different images each, or 6 classes of 2';
