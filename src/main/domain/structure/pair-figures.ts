import { MAX_GROUPS, type RunStructure } from '../../../shared/structure.ts';
import { aucOverUnits } from '../evaluate/intervals.ts';
import { baselineOf } from '../evaluate/paired.ts';
import { classFigures, type EvaluatedPairs, lossShares, pairMatrix, worstImagesLoss } from './pair-matrix.ts';

const WORST_SHARE = 0.05; // of the images
const MIN_WORST = 3;

/** Names of the images, by position: -1 for images that are not in the test split. */
export interface Names {
  names: string[];
  of: Int32Array; // [images]
}

/** Test pairs with their images. */
export interface TestPairs extends EvaluatedPairs {
  cosine: Float64Array; // [N] distance by the features: -cosine
  a: Int32Array; // [N] positions of the images
  b: Int32Array;
}

export interface PairFacts {
  threshold: number;
  classes: Names;
  groups: Names | null;
  contradicting: Uint8Array; // [images] 1: the image's content is filed under several classes
}

type PairFigures = Pick<
  RunStructure,
  'threshold' | 'pairs' | 'images' | 'over' | 'auc' | 'featuresAuc' | 'gain' | 'classes' | 'groups' | 'worstImages' | 'contradicting'
> & { perClass: Omit<RunStructure['perClass'][number], 'recall1'>[] };

/** Everything of RunStructure that the test pairs give. */
export function pairFigures(pairs: TestPairs, { threshold, classes, groups, contradicting }: PairFacts): PairFigures {
  const { labels, distances, cosine, units, a, b } = pairs;
  const loss = lossShares(pairs);
  const { auc, low, high } = aucOverUnits(distances, labels, units);
  const features = baselineOf(cosine, distances, labels, units);
  const images = new Set([...a, ...b]);
  const endsIn = ({ of }: Names): { a: Int32Array; b: Int32Array } => ({ a: a.map((i) => of[i]!), b: b.map((i) => of[i]!) });
  const worst = Math.min(images.size, Math.max(MIN_WORST, Math.round(WORST_SHARE * images.size)));
  const inClass = new Uint32Array(classes.names.length);
  for (const c of classes.of) if (c >= 0) inClass[c]!++;
  return {
    threshold,
    pairs: labels.length,
    images: images.size,
    over: units.over,
    auc: { value: auc, interval: [low, high] },
    featuresAuc: features.auc,
    gain: features.gain,
    classes: pairMatrix(classes.names, endsIn(classes), pairs, threshold, loss),
    groups: groups && groups.names.length <= MAX_GROUPS ? pairMatrix(groups.names, endsIn(groups), pairs, threshold, loss) : null,
    perClass: classFigures(classes.names.length, endsIn(classes), pairs, threshold, inClass),
    worstImages: { count: worst, loss: worstImagesLoss(pairs, loss, worst) },
    contradicting: {
      images: [...images].filter((i) => contradicting[i] === 1).length,
      loss: loss.reduce((sum, x, i) => sum + (contradicting[a[i]!] === 1 || contradicting[b[i]!] === 1 ? x : 0), 0),
    },
  };
}
