import type { ImageRecord, Pair } from '../../../shared/dataset.ts';
import { type Random, randomFor } from '../../../shared/random.ts';
import { type Contents, contentsOf, type PairCandidate } from './contents.ts';

export type TrainImage = PairCandidate & Pick<ImageRecord, 'split'>;

const TRIES = 32; // draws before the scan: with half of the candidates used up, one in 4e9 anchors comes to it
const WANTED_PAIRS = 1000; // a split: the AUC's standard error is then about 0.01

/** Rounds of `samplePairs` that give an evaluation split about 1,000 pairs: 1..10. */
export const roundsFor = (imagesInSplit: number): number => Math.min(10, Math.max(1, Math.round(WANTED_PAIRS / (2 * imagesInSplit))));

/**
 * Pairs as in section 2.1 of the paper: every image is an anchor, and in each round meets one image of its own class
 * (label 0) and one of another (label 1), drawn uniformly. The list depends on the images and the stream, not on their order.
 *
 * - Never an image with itself or with a file of the same content, and never the same two contents twice.
 * - Content that stands in several classes belongs to all of them: 'same' shares a class, 'different' shares none.
 * - An anchor that has no partner of one label left draws none of the other either, so a draw always holds as many pairs of
 *   each label and 0.5 is the accuracy of guessing. An image alone in its class is thus a partner in 'different' pairs only.
 *
 * Time and memory are linear in images x rounds.
 */
export function samplePairs(images: readonly PairCandidate[], random: Random, { rounds }: { rounds: number }): Pair[] {
  const anchors = [...images].sort((a, b) => a.id - b.id);
  const contents = contentsOf(anchors);
  const used = new Set<number>(); // contents a < b as a * count + b
  const drawn = { same: new Int32Array(contents.count), different: new Int32Array(contents.count) }; // partners used up, by content
  const keyOf = (a: number, b: number): number => Math.min(a, b) * contents.count + Math.max(a, b);

  const partnerOf = (content: number, label: 'same' | 'different'): number => {
    const free = (x: number): boolean => contents[label](content, x) && !used.has(keyOf(content, x));
    const pool = contents.pool(content, label);
    let partner = -1;
    for (let n = 0; n < TRIES && partner < 0; n++) {
      const x = pool.at(random.below(pool.length));
      if (free(x)) partner = x;
    }
    if (partner < 0) partner = scan(pool, random.below(pool.length), free);
    used.add(keyOf(content, partner));
    drawn[label][content]!++;
    drawn[label][partner]!++;
    return partner;
  };

  const imageOf = (content: number): number => {
    const ids = contents.ids[content]!;
    return ids.length === 1 ? ids[0]! : ids[random.below(ids.length)]!;
  };

  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < anchors.length; i++) {
      const content = contents.of[i]!;
      const { same, different } = contents.partners(content);
      if (drawn.same[content]! >= same || drawn.different[content]! >= different) continue;
      const a = anchors[i]!.id;
      pairs.push({ a, b: imageOf(partnerOf(content, 'same')), label: 0 });
      pairs.push({ a, b: imageOf(partnerOf(content, 'different')), label: 1 });
    }
  }
  return pairs;
}

/** The first free content from a position on, going round. The caller knows that there is one. */
function scan(pool: ReturnType<Contents['pool']>, from: number, free: (x: number) => boolean): number {
  for (let n = 0; n < pool.length; n++) {
    const x = pool.at((from + n) % pool.length);
    if (free(x)) return x;
  }
  throw new Error('No free partner, though the counts say there is one.');
}

/**
 * One epoch's training pairs, in a drawn order. Only images of the train split take part, whatever is handed in. The epoch
 * (1-based) has a stream of its own, so a resumed run goes on with the pairs an unbroken one would have had.
 */
export function trainingPairs(images: readonly TrainImage[], seed: number, epoch: number): Pair[] {
  const random = randomFor(seed, 'pairs', epoch);
  const train = images.filter(({ split }) => split === 'train');
  return random.shuffled(samplePairs(train, random, { rounds: 1 }));
}
