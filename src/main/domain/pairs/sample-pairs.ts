import type { ImageRecord, Pair } from '../../../shared/dataset.ts';
import type { NegativeKind } from '../../../shared/pair-relation.ts';
import { type Random, randomFor } from '../../../shared/random.ts';
import { type Contents, contentsOf, type PairCandidate } from './contents.ts';

export type TrainImage = PairCandidate & Pick<ImageRecord, 'split'>;

const MAX_DRAWS = 32; // random draws before a linear scan; with half of the candidates used, one anchor in 4e9 needs the scan
const TARGET_PAIRS = 1000; // per split; gives a standard error of the AUC of about 0.01

/**
 * Rounds of `samplePairs` for an evaluation split, 1..10. They give about 1,000 pairs for 50 to 500 images, at most 20 an image for fewer
 * images, and at most 2 an image for more.
 */
export const roundsFor = (imagesInSplit: number): number => Math.min(10, Math.max(1, Math.round(TARGET_PAIRS / (2 * imagesInSplit))));

/**
 * Samples pairs as in section 2.1 of the paper: in each round every image is an anchor and gets one partner of its identity, which
 * is its class or its group (label 0), and one of another identity (label 1), uniformly at random. The result depends on the images
 * and the random stream, not on the order of the images.
 *
 * - An image is never paired with itself or an image of the same content, and no two contents are paired twice.
 * - Content filed under several identities belongs to all of them: 'same' shares one, 'different' shares none.
 * - `negatives` 'same-class': the different partner is of the anchor's class. 'mixed': so for half of the anchors that have one.
 * - An anchor without a free partner for one label is skipped, so both labels are equally frequent and guessing has an accuracy
 *   of 0.5. The only image of an identity is thus a partner in 'different' pairs only.
 *
 * Memory is linear in images × rounds, and usually time too. A content with very many files uses up its partners, so that
 * random draws fail and `scan` runs: if half of the images have one content, 4 times the images take 6.2 times the work (measured).
 */
export function samplePairs(
  images: readonly PairCandidate[],
  random: Random,
  { rounds, negatives = 'anywhere' }: { rounds: number; negatives?: NegativeKind },
): Pair[] {
  const anchors = [...images].sort((a, b) => a.id - b.id);
  const contents = contentsOf(anchors);
  const used = new Set<number>(); // contents a < b as a * count + b
  const partnersUsed = { same: new Int32Array(contents.count), different: new Int32Array(contents.count), hard: new Int32Array(contents.count) };
  const keyOf = (a: number, b: number): number => Math.min(a, b) * contents.count + Math.max(a, b);

  const partnerOf = (content: number, kind: 'same' | 'different' | 'hard'): number => {
    const free = (x: number): boolean => contents[kind](content, x) && !used.has(keyOf(content, x));
    const pool = kind === 'hard' ? contents.hardPool(content) : contents.pool(content, kind);
    let partner = -1;
    for (let n = 0; n < MAX_DRAWS && partner < 0; n++) {
      const x = pool.at(random.below(pool.length));
      if (free(x)) partner = x;
    }
    if (partner < 0) partner = scan(pool, random.below(pool.length), free);
    used.add(keyOf(content, partner));
    const counts = partnersUsed[kind === 'same' ? 'same' : 'different'];
    counts[content]!++;
    counts[partner]!++;
    if (kind !== 'same' && negatives !== 'anywhere' && contents.hard(content, partner)) {
      partnersUsed.hard[content]!++;
      partnersUsed.hard[partner]!++;
    }
    return partner;
  };

  /** The kind of the anchor's negative; null if none is free. */
  const negativeOf = (content: number): 'different' | 'hard' | null => {
    const anywhere = partnersUsed.different[content]! < contents.partners(content).different ? 'different' : null;
    if (negatives === 'anywhere') return anywhere;
    if (partnersUsed.hard[content]! >= contents.hardPartners(content)) return negatives === 'mixed' ? anywhere : null;
    return negatives === 'mixed' && random.below(2) === 0 ? anywhere : 'hard';
  };

  const imageOf = (content: number): number => {
    const ids = contents.ids[content]!;
    return ids.length === 1 ? ids[0]! : ids[random.below(ids.length)]!;
  };

  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < anchors.length; i++) {
      const content = contents.contentOf[i]!;
      if (partnersUsed.same[content]! >= contents.partners(content).same) continue;
      const negative = negativeOf(content);
      if (negative === null) continue;
      const a = anchors[i]!.id;
      pairs.push({ a, b: imageOf(partnerOf(content, 'same')), label: 0 });
      pairs.push({ a, b: imageOf(partnerOf(content, negative)), label: 1 });
    }
  }
  return pairs;
}

/** The first free content at or after `from`, with wrap-around. Throws if none is free, which the caller excludes. */
function scan(pool: ReturnType<Contents['pool']>, from: number, free: (x: number) => boolean): number {
  for (let n = 0; n < pool.length; n++) {
    const x = pool.at((from + n) % pool.length);
    if (free(x)) return x;
  }
  throw new Error('No partner is free, but the counts say that one is.');
}

/**
 * One epoch's training pairs in random order, from images of the train split only. Each epoch (1-based) has its own random
 * stream, so a resumed run gets the same pairs as an uninterrupted one.
 */
export function trainingPairs(images: readonly TrainImage[], seed: number, epoch: number, negatives: NegativeKind = 'anywhere'): Pair[] {
  const random = randomFor(seed, 'pairs', epoch);
  const train = images.filter(({ split }) => split === 'train');
  return random.shuffle(samplePairs(train, random, { rounds: 1, negatives }));
}
