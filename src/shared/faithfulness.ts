import type { IntervalUnit } from './run.ts';

/** Version of the recipe. A stored check of another version is computed again. */
export const RECIPE = 2;
/** Version of the seeds of rolled maps and donors. Flip tests use the same rolled maps. */
export const SEED_VERSION = 1;
/** Shares of the image's area, 0..1, that are removed in turn. The signed score is the mean over them. */
export const REMOVED_SHARES = [0.05, 0.15, 0.3, 0.5] as const;
/** Turned, mirrored and shifted copies of each image's map. They score what a map scores by chance. */
export const ROLLED_MAPS = 16;
/** Training images that replace parts in the cross-check, each in turn: a single one disagrees by chance in about one pair of twenty. */
export const DONORS = 3;
/** The blur fill's standard deviation, as a share of the image's side. */
export const BLUR_SIGMA = 0.08;
export const SUPPORTED_FROM = 1.65; // z: exceeded by one map in twenty if z is standard normal
export const WEAK_FROM = 1; // z
/** The lower end of the 95 % interval of the network's AUC must reach this, or no map of it is supported. */
export const GATE_AUC = 0.6;
/** Share of the image's area, 0..1, that the check of a counterfactual map blurs: where the map is strongest. */
export const COUNTERFACTUAL_SHARE = 0.15;

/** D(A, B) after this share of one image's area was replaced. */
export interface CurvePoint {
  share: number; // 0..1
  top: number; // where the map is largest
  bottom: number; // where it is smallest
  rolled: { mean: number; low: number; high: number }; // of both ends of all rolled maps: mean, 10 % and 90 % quantile
}

/** The check of one image's map. The other image stays as it is. All values are in units of distance. */
export interface ImageCheck {
  /** SHA-256 of the pixels that the network reads. Seeds the rolls, together with that of the other image. */
  pixels: string;
  /** Signed score: the mean over REMOVED_SHARES of D without the map's bottom less D without its top. Positive: the map marks what raises D. */
  score: number;
  rolled: number[]; // signed scores of the rolled maps
  donor: number | null; // mean of the signed scores with each donor image as fill; null without a donor
  curve: CurvePoint[];
  /**
   * D without the strongest part of the map that raises (lowers) D, less D; null if the map has no such part. The part is at most
   * COUNTERFACTUAL_SHARE of the area.
   */
  raising: number | null;
  lowering: number | null;
}

/** Whether the network tells same from different: its AUC on validation pairs. */
export interface NetworkGate {
  auc: number; // 0..1
  low: number; // 95 % interval over images or groups
  high: number;
  pairs: number;
  over?: IntervalUnit; // missing in older checks: images
  images: number; // or groups
}

/** How faithful the maps of a stored comparison are: everything that the badge is derived from. */
export interface FaithfulnessCheck {
  recipe: number;
  checkedMs: number;
  distance: number; // D(A, B), by the check's own forward pass
  images: [ImageCheck, ImageCheck];
  donors: { file: string; sha256: string }[]; // training images, at most DONORS; `file` relative to the data set's folder
  gate: NetworkGate;
  z: number | null; // of the pair; null if removing parts changes nothing
}

export const BADGES = ['supported', 'weak', 'not-supported'] as const;
export type Badge = (typeof BADGES)[number];

/** What decided the badge. */
export type BadgeReason =
  | 'network' // it fails the gate
  | 'identical' // both images have the same pixels: their distance is 0 for every network
  | 'no-effect' // no removal changes the distance, or both maps are empty
  | 'elsewhere' // rolled maps move the distance as much
  | 'between' // z between WEAK_FROM and SUPPORTED_FROM
  | 'no-donor' // there was no training image for the cross-check
  | 'donor' // the cross-check disagrees
  | 'moves'; // supported

type ScoredImage = Pick<ImageCheck, 'pixels' | 'score' | 'rolled' | 'donor'>;

/** Smaller changes of the distance, in its units, are rounding of float32. */
const ROUNDING = 1e-5;

/**
 * z = (s_A + s_B) / sqrt(m_A + m_B) with the signed scores s and the means m of the squares of the rolled maps' scores. Each rolled map
 * counts twice, because its negative scores the opposite: the mean of the null distribution is 0. Images with the same pixels count
 * once, because their checks are the same. null: all rolled maps score 0, so there is no scale.
 */
export function zOf(images: readonly [ScoredImage, ScoredImage]): number | null {
  const [a, b] = images;
  return zOfImages(a.pixels === b.pixels ? [a] : [a, b]);
}

/** z of some images' maps; see zOf. */
export function zOfImages(images: readonly Pick<ScoredImage, 'score' | 'rolled'>[]): number | null {
  let sum = 0;
  let variance = 0;
  for (const { score, rolled } of images) {
    sum += score;
    if (rolled.length > 0) variance += rolled.reduce((total, value) => total + value ** 2, 0) / rolled.length;
  }
  const sd = Math.sqrt(variance);
  return sd > ROUNDING ? sum / sd : null;
}

/** The badge of a pair's maps, and why. */
export function badgeOf({
  gate,
  images,
  z,
}: Pick<FaithfulnessCheck, 'gate' | 'z'> & { images: readonly [Pick<ScoredImage, 'donor' | 'pixels'>, Pick<ScoredImage, 'donor' | 'pixels'>] }): {
  badge: Badge;
  reason: BadgeReason;
} {
  if (!(gate.low >= GATE_AUC)) return { badge: 'not-supported', reason: 'network' };
  if (images[0].pixels === images[1].pixels) return { badge: 'not-supported', reason: 'identical' };
  if (z === null) return { badge: 'not-supported', reason: 'no-effect' };
  if (z < WEAK_FROM) return { badge: 'not-supported', reason: 'elsewhere' };
  if (z < SUPPORTED_FROM) return { badge: 'weak', reason: 'between' };
  const donor = donorScore(images);
  if (donor === null) return { badge: 'weak', reason: 'no-donor' };
  return donor > 0 ? { badge: 'supported', reason: 'moves' } : { badge: 'weak', reason: 'donor' };
}

/** The sum of both images' signed scores with the donor images as fill. It disagrees with the blur fill if it is not positive. */
export function donorScore(images: readonly Pick<ScoredImage, 'donor'>[]): number | null {
  const scores = images.map(({ donor }) => donor);
  return scores.some((score) => score === null) ? null : scores.reduce<number>((sum, score) => sum + score!, 0);
}
