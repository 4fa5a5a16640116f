import type { Pair } from '../../../shared/dataset.ts';
import type { Random } from '../../../shared/random.ts';

/**
 * Up to `count` different pairs, at random: half of them 'same' (or more, where there are too few 'different' ones, and the reverse),
 * with images that are in about equally many pairs, so that no image dominates a statistic of the sample. Time grows with the number
 * of pairs times the uses of the most used image.
 */
export function balancedSample(pairs: readonly Pair[], count: number, random: Random): Pair[] {
  const available = { same: 0, different: 0 };
  for (const { label } of pairs) available[label === 0 ? 'same' : 'different']++;
  const size = Math.min(count, pairs.length);
  const same = Math.min(available.same, Math.max(Math.ceil(size / 2), size - available.different));
  const missing = [same, size - same]; // by label
  const uses = new Map<number, number>(); // image -> pairs of the sample
  const usesOf = (image: number): number => uses.get(image) ?? 0;

  const sample: Pair[] = [];
  let rest = random.shuffle(pairs);
  for (let limit = 1; sample.length < size; limit++) {
    rest = rest.filter((pair) => {
      const { a, b, label } = pair;
      if (missing[label]! === 0 || usesOf(a) >= limit || usesOf(b) >= limit) return true;
      missing[label]!--;
      uses.set(a, usesOf(a) + 1).set(b, usesOf(b) + 1);
      sample.push(pair);
      return false;
    });
  }
  return sample;
}
