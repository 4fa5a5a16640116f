import type { PairLabel } from '../../../src/shared/dataset.ts';
import { imageUnitsOfPairs, type PairUnits } from '../../../src/main/domain/evaluate/units.ts';
import type { Random } from '../../../src/shared/random.ts';
import { phi } from './distance-samples.ts';

/** Pairs whose distances depend on their images: d = label * apart + effects of both images + noise, all normal. */
export interface ImageEffects {
  images: number;
  pairsPerImage: number; // in which each image stands, on average
  apart: number;
  /** Standard deviation of an image's effect on its same and its different pairs. */
  effect: { same: number; different: number };
}

const NOISE = 0.5; // standard deviation

export interface SampledPairs {
  pairs: { a: number; b: number; label: PairLabel }[];
  distances: number[];
  labels: PairLabel[];
  units: PairUnits;
}

export function sampleOf(random: Random, { images, pairsPerImage, apart, effect }: ImageEffects): SampledPairs {
  const same = Array.from({ length: images }, () => effect.same * random.normal());
  const different = Array.from({ length: images }, () => effect.different * random.normal());
  const pairs = Array.from({ length: (images * pairsPerImage) / 2 }, (_, i) => {
    const a = i % images;
    return { a, b: (a + 1 + random.below(images - 1)) % images, label: (Math.floor(i / images) % 2) as PairLabel };
  });
  const distances = pairs.map(({ a, b, label }) => (label ? apart + different[a] + different[b] : same[a] + same[b]) + NOISE * random.normal());
  return { pairs, distances, labels: pairs.map(({ label }) => label), units: imageUnitsOfPairs(pairs) };
}

/** The figures of infinitely many pairs of new images, at the threshold `share` of the way between both means. */
export function truthOf({ apart, effect }: ImageEffects, share: number) {
  const [s0, s1] = [effect.same, effect.different].map((effect) => Math.sqrt(2 * effect ** 2 + NOISE ** 2));
  const falseDifferent = phi((-share * apart) / s0);
  const falseSame = phi((-(1 - share) * apart) / s1);
  return {
    auc: phi(apart / Math.hypot(s0, s1)),
    eer: phi(-apart / (s0 + s1)),
    falseDifferent,
    falseSame,
    accuracy: 1 - (falseDifferent + falseSame) / 2,
  };
}
