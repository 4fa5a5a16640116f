import { countNoun } from '../../../shared/format.ts';
import type { Split } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import { chooseSplits } from './choose-split.ts';
import { type Splittable, unitsOf } from './split.ts';

/**
 * The split that folders state, in input order. Copies and subjects in several of them go to the first of training, validation and
 * test: a test image that was trained on tests nothing. Without validation images, 15 % of the training images become these.
 */
export function useGivenSplit(images: readonly Splittable[], given: readonly Split[], seed: number): { splits: Split[]; notes: string[] } {
  const splits = [...given];
  let moved = 0;
  for (const unit of unitsOf(images, ({ content, group }) => [content, group])) {
    const first = SPLITS.find((split) => unit.images.some((i) => given[i] === split))!;
    for (const i of unit.images) {
      if (splits[i] !== first) moved++;
      splits[i] = first;
    }
  }
  if (!splits.includes('valid')) {
    const training = images.flatMap((_, i) => (splits[i] === 'train' ? [i] : []));
    const divided = chooseSplits(
      training.map((i) => images[i]!),
      seed,
    );
    training.forEach((i, n) => {
      if (divided[n] === 'valid') splits[i] = 'valid';
    });
  }
  const verb = moved === 1 ? 'was' : 'were';
  const text = `${countNoun(moved, 'image')} ${verb} moved to another split than ${moved === 1 ? 'its' : 'their'} folder’s, because a copy or the same subject is there.`;
  return { splits, notes: moved === 0 ? [] : [text] };
}
