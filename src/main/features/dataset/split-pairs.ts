import type { ImageRecord, Pair, Split } from '../../../shared/dataset.ts';
import { randomFor } from '../../../shared/random.ts';
import { samplePairs, roundsFor } from '../../domain/pairs/sample-pairs.ts';

/** The fixed pairs of each split: one round for training images, for the training metrics; more for the other splits, so that their metrics are reliable. */
export function storedPairs(images: readonly ImageRecord[], splitSeed: number): Record<Split, Pair[]> {
  const draw = (split: Split): Pair[] => {
    const there = images.filter((image) => image.split === split);
    return samplePairs(there, randomFor(splitSeed, 'stored-pairs', split), { rounds: split === 'train' ? 1 : roundsFor(there.length) });
  };
  return { train: draw('train'), valid: draw('valid'), test: draw('test') };
}

/** A file without a subject is one of its own. */
export function countSubjects(images: readonly ImageRecord[]): number {
  const named = new Set(images.map(({ group }) => group).filter((group) => group !== null));
  return named.size + images.filter(({ group }) => group === null).length;
}
