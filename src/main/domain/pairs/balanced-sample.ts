import type { Pair } from '../../../shared/dataset.ts';
import type { Random } from '../../../shared/random.ts';

/**
 * A random sample of up to `count` pairs, without repetition. Half of them are 'same'; if one label has too few pairs, the other fills
 * the rest. Each image is in about equally many pairs, so that no image dominates a statistic of the sample. Time: O(number of pairs *
 * uses of the most used image).
 */
export function balancedSample(pairs: readonly Pair[], count: number, random: Random): Pair[] {
  const available = { same: 0, different: 0 };
  for (const { label } of pairs) available[label === 0 ? 'same' : 'different']++;
  const size = Math.min(count, pairs.length);
  const same = Math.min(available.same, Math.max(Math.ceil(size / 2), size - available.different));
  const missing = [same, size - same]; // pairs still to be chosen, by label
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
