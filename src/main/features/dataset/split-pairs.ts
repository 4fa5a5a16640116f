import type { ImageRecord, Split } from '../../../shared/dataset.ts';
import { SAME_CLASS } from '../../../shared/pair-relation.ts';
import { randomFor } from '../../../shared/random.ts';
import { samplePairs } from '../../domain/pairs/sample-pairs.ts';
import { drawPairs } from './pair-sets.ts';

/** Numbers of pairs of the same class and of different ones: of an epoch for train, of an evaluation for valid and test. */
export function countPairs(images: readonly ImageRecord[], splitSeed: number): Record<Split, number> {
  const inSplit = (split: Split): ImageRecord[] => images.filter((image) => image.split === split);
  return {
    train: samplePairs(inSplit('train'), randomFor(splitSeed, 'stored-pairs', 'train'), { rounds: 1 }).length,
    valid: drawPairs(inSplit('valid'), 'valid', splitSeed, SAME_CLASS).length,
    test: drawPairs(inSplit('test'), 'test', splitSeed, SAME_CLASS).length,
  };
}

/** Number of subjects. An image without a group counts as its own subject. */
export function countSubjects(images: readonly ImageRecord[]): number {
  const groups = new Set(images.map(({ group }) => group).filter((group) => group !== null));
  return groups.size + images.filter(({ group }) => group === null).length;
}
