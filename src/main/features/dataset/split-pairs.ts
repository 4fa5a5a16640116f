import type { ImageRecord, Pair, Split } from '../../../shared/dataset.ts';
import { randomFor } from '../../../shared/random.ts';
import { samplePairs, roundsFor } from '../../domain/pairs/sample-pairs.ts';

/** The fixed pairs of each split, on which metrics are computed: one round for train, `roundsFor` for valid and test. */
export function storedPairs(images: readonly ImageRecord[], splitSeed: number): Record<Split, Pair[]> {
  const sample = (split: Split): Pair[] => {
    const inSplit = images.filter((image) => image.split === split);
    return samplePairs(inSplit, randomFor(splitSeed, 'stored-pairs', split), { rounds: split === 'train' ? 1 : roundsFor(inSplit.length) });
  };
  return { train: sample('train'), valid: sample('valid'), test: sample('test') };
}

/** Number of subjects. An image without a group counts as its own subject. */
export function countSubjects(images: readonly ImageRecord[]): number {
  const groups = new Set(images.map(({ group }) => group).filter((group) => group !== null));
  return groups.size + images.filter(({ group }) => group === null).length;
}
