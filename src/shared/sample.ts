import type { ImageRecord } from './dataset.ts';

/** Options of the network that comes with the sample data set, and of `twinlens demo`. Other options have their defaults. */
export const SAMPLE_TRAINING = {
  /**
   * Compares all images of a step, so an epoch needs each image once: 10 epochs take 21 s of CPU time, and 8 epochs of the contrastive loss, which
   * draws four images of pairs for each image, 58 s.
   */
  loss: 'multi-similarity',
  /**
   * Fewer than the default, so that results come soon. Measured with two summation orders (blocks of 16, row-major): the test AUC is 0.999 and
   * 0.980, and the maps of each class have at least 5.6 and 5.5 times as much energy in the motif as the motif's share of the area. With seed 2
   * and blocks of 16 the AUC is 0.998. 6 epochs are too few: 0.943, with seed 2 0.955.
   */
  epochs: 10,
  lr: 3e-3,
} as const;

/** Two pairs of test images, by file: one within a class, one across two classes. None without test images. */
export function samplePairs(images: readonly Pick<ImageRecord, 'file' | 'className' | 'split'>[]): [string, string][] {
  const tests = images.filter((image) => image.split === 'test');
  const [first] = tests;
  if (!first) return [];
  const sameClass = tests.find((image) => image !== first && image.className === first.className);
  const otherClass = tests.find((image) => image.className !== first.className);
  return [sameClass, otherClass].flatMap((other): [string, string][] => (other ? [[first.file, other.file]] : []));
}
