import type { Pair, PairLabel } from '../../../shared/dataset.ts';
import type { NegativeKind } from '../../../shared/pair-relation.ts';
import type { Random } from '../../../shared/random.ts';
import { type Contents, contentsOf, type PairCandidate } from './contents.ts';
import { type ContentPair, DifferentPairs } from './different-pairs.ts';
import { evenQuotas } from './quotas.ts';

/** Version of the pairs that a run is validated and evaluated on. 1: rounds of `samplePairs`, stored at the import. 2: `evaluationPairs`. */
export const PAIR_RECIPE = 2;

/** Pairs of each label in an evaluation split: 1,000, or one per image where there are more images. */
export const pairsPerLabel = (images: number): number => Math.max(1000, images);

/**
 * The pairs that every run of a data set is evaluated on: `pairsPerLabel` of each label, or all of the rarer label and as many of the
 * other, because accuracy, threshold and similarity assume that both are equally frequent. Measured in
 * docs/decisions/balanced-evaluation-pairs.md.
 *
 * - 'same' pairs are balanced over identities (classes or groups): each gives equally many, or all that it has.
 * - 'different' pairs are balanced over the identities of their images. Hard ones are balanced over classes, then over identities.
 * - Within an identity, its images are in about equally many pairs. An image of a small one is in at most twice as many pairs of a
 *   label as the mean, as long as the number of pairs can be reached that way.
 * - Contents, not files: copies of an image are never paired, and only the first file of a content is used.
 *
 * The result depends on the images and the random stream, not on their order. Time: O(pairs), and O(possible pairs) where nearly all of
 * them are used.
 */
export function evaluationPairs(
  images: readonly PairCandidate[],
  random: Random,
  { negatives = 'anywhere' }: { negatives?: NegativeKind } = {},
): Pair[] {
  const contents = contentsOf([...images].sort((a, b) => a.id - b.id));
  const wanted = samePairs(contents, pairsPerLabel(contents.count), random);
  const different = wanted.length === 0 ? [] : differentPairs(contents, wanted.length, negatives, random);
  const same = different.length === wanted.length ? wanted : samePairs(contents, different.length, random);
  const pairOf =
    (label: PairLabel) =>
    ([x, y]: ContentPair): Pair => ({ a: contents.ids[x]![0]!, b: contents.ids[y]![0]!, label });
  return random.shuffle([...same.map(pairOf(0)), ...different.map(pairOf(1))]);
}

const pairsAmong = (n: number): number => (n * (n - 1)) / 2;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

function samePairs(contents: Contents, count: number, random: Random): ContentPair[] {
  const members = membersOf(contents.identities).filter(({ length }) => length > 1);
  const possible = members.map(({ length }) => pairsAmong(length));
  const total = Math.min(count, sum(possible));
  const capacitiesAt = (limit: number): number[] => members.map(({ length }, i) => Math.min(possible[i]!, Math.floor((length * limit) / 2)));
  let limit = Math.ceil((4 * total) / sum(members.map(({ length }) => length))); // pairs of an image: twice the mean, if that gives enough
  let capacities = capacitiesAt(limit);
  while (sum(capacities) < total) capacities = capacitiesAt((limit *= 2));
  const quotas = evenQuotas(capacities, total, random);
  const used = new Set<number>();
  const pairs = members.flatMap((list, i) => circlePairs(random.shuffle(list), quotas[i]!, used, contents.count));
  // A pair of contents that share two identities counts for both, so some are missing.
  for (const list of members) if (pairs.length < total) pairs.push(...circlePairs(list, total - pairs.length, used, contents.count));
  return pairs;
}

/**
 * `count` pairs of a list on a circle: neighbours first, then the next but one, and so on. Each element is in two pairs of a distance, so
 * all are in equally many pairs, up to 2. Leaves out pairs that are in `used`, and adds its own.
 */
function circlePairs(list: readonly number[], count: number, used: Set<number>, contents: number): ContentPair[] {
  const n = list.length;
  const pairs: ContentPair[] = [];
  for (let distance = 1; 2 * distance <= n; distance++) {
    const starts = 2 * distance === n ? distance : n;
    for (let i = 0; i < starts; i++) {
      if (pairs.length >= count) return pairs;
      const [x, y] = [list[i]!, list[(i + distance) % n]!];
      const key = Math.min(x, y) * contents + Math.max(x, y);
      if (used.has(key)) continue;
      used.add(key);
      pairs.push([x, y]);
    }
  }
  return pairs;
}

function differentPairs(contents: Contents, count: number, negatives: NegativeKind, random: Random): ContentPair[] {
  const drawn = new DifferentPairs(contents, random);
  if (negatives !== 'anywhere') {
    const classes = membersOf(contents.classes);
    const possible = classes.map((members) => drawn.possibleAmong(members));
    const quotas = evenQuotas(possible, negatives === 'mixed' ? Math.ceil(count / 2) : count, random);
    classes.forEach((members, c) => drawn.draw(members, quotas[c]!));
    if (negatives === 'same-class') {
      // Contents of several groups form fewer pairs than are counted, so some may be missing.
      for (const members of classes) drawn.draw(members, count - drawn.pairs.length);
      return drawn.pairs;
    }
  }
  const all = Array.from({ length: contents.count }, (_, x) => x);
  drawn.draw(all, count - drawn.pairs.length);
  return drawn.pairs;
}

/** The contents of each name. */
function membersOf(namesOf: readonly (readonly number[])[]): number[][] {
  const members: number[][] = [];
  namesOf.forEach((names, content) => names.forEach((name) => (members[name] ??= []).push(content)));
  return members;
}
