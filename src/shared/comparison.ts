import type { CurveScale } from './losses.ts';
import type { Certainty } from './calibration.ts';
import type { SameMeaning } from './same-meaning.ts';
import type { Split } from './dataset.ts';
import type { MethodName } from './explanation-methods.ts';
import type { CellPlacement } from './maps/placement.ts';
import type { FaithfulnessCheck } from './faithfulness.ts';
import type { FlipTest } from './flip.ts';
import type { RedrawnReference } from './randomisation.ts';
import type { DeviceName, EngineName } from './run.ts';

export type Verdict = 'same' | 'different';
export const TARGETS = ['verdict', 'distance'] as const;
/** verdict: factual = evidence for the verdict. distance: factual = evidence for a larger distance, whatever the verdict. */
export type ExplainTarget = (typeof TARGETS)[number];

/** Why maps of an image are empty; emptySentence in map-words.ts says it in words. */
export const EMPTY_REASONS = ['identical', 'no-activation', 'no-gradient', 'no-factual', 'no-counterfactual'] as const;
export type EmptyReason = (typeof EMPTY_REASONS)[number];

/**
 * One colour scale for all maps of a run by one method at a layer, so that the map of a pair with little evidence is pale. Up to
 * SCALE_PAIRS validation pairs (src/shared/maps/run-scale.ts) are sampled with the run's seed. Full colour is the
 * FULL_COLOUR_QUANTILE of the largest |S| of each of their images, interpolated linearly between ranks. The target ('verdict' or
 * 'distance') does not change S: it decides which sign is factual. So both targets and both kinds of map have the same scale.
 */
export interface RunMapScale {
  fullColour: number; // |S|, >= 0; 0 if every map was empty
  images: number; // whose maxima were taken
}

export const SCALE_CHOICES = ['run', 'pair'] as const;
/** run: one scale for all pairs of a run. pair: full colour is the largest value of the pair. */
export type ScaleChoice = (typeof SCALE_CHOICES)[number];

/** An image of the run's data set that has the content of a compared file. */
export interface FiledImage {
  id: number; // ImageRecord.id
  file: string; // relative to the data set's folder
  className: string;
  group?: string | null; // ImageRecord.group; missing in records of versions before runs on groups
}

export interface ComparedImage {
  file: string; // absolute path
  sha256: string; // of the file's bytes
  className: string | null; // in the run's data set; null if the file is not part of it
  filed?: FiledImage[]; // the data set's images with these bytes or pixels, without excluded ones; missing in records of older versions
  split?: Split | null; // in the run's data set; null outside it or if excluded; missing in records of older versions
  width: number; // px, after EXIF rotation
  height: number;
  mapWidth: number; // feature resolution
  mapHeight: number;
  placement?: CellPlacement; // of the cells in the image; missing in records of older versions: the cells divide it evenly
  empty: EmptyReason | null;
  strongest?: { factual: number; counterfactual: number }; // the largest value of each map; missing in records of versions before 0.2
  /**
   * D(A, B) after blurring the strongest part of this image's counterfactual map, less D(A, B). The part is at most COUNTERFACTUAL_SHARE of the
   * area. null: an empty map; missing in records of older versions. See counterfactualFailure.
   */
  counterfactualShift?: number | null;
  /** Of a complete method: the sum of the map's cells, and the distance with this image replaced (MethodInfo.completeness). */
  completeness?: { sum: number; baseline: number };
  photo: string; // path of the decoded image, JPEG, longest side at most 1024 px
  factual: string; // path of the overlay PNG, legend included; drawn when the comparison is saved, reported or asked for
  counterfactual: string;
  signed: string; // path of the NPY, float32 [mapHeight, mapWidth]
  crc32?: { photo: number; signed: number }; // of these files' bytes; comparisons of versions before 0.2 have none
}

export interface Comparison {
  comparison: string; // id
  run: string;
  createdMs: number;
  target: ExplainTarget;
  method: MethodName; // records of older versions have none and are read as 'gradcam'
  layer: string; // whose features the maps use
  distance: number; // L2, raw
  similarity: number; // 0..1, calibrated on validation pairs
  threshold: number; // distance: above it the verdict is 'different'
  verdict: Verdict;
  /** The interval of the similarity; null for a run of an older version, missing in records of older versions. */
  certainty?: Certainty | null;
  /** The curve that gave the similarity; missing in records of older versions. */
  curve?: { slope: number; midpoint: number; scale?: CurveScale };
  scale: number; // the largest |S| in either image: full colour if the colours are stretched to this pair
  /** The scale of the run's maps by this method at this layer, added when a record is read; missing until it is measured. */
  runScale?: RunMapScale;
  /** Figures of the maps of redrawn networks, by this method at this layer, added when a record is read; missing until they are measured. */
  redrawn?: RedrawnReference;
  /** How faithful the maps are, added when a record is read; missing until they are checked. */
  check?: FaithfulnessCheck;
  /** Which parts of the images the verdict depends on, added when a record is read; missing until it is tested. */
  flip?: FlipTest;
  /** The scale that was shown when the comparison was saved, which its overlay files use. See savedChoice. */
  shownScale?: ScaleChoice;
  /** |S| in full colour in the overlay files on the disk; missing before they are drawn, and in records of versions before 0.2. */
  overlayScale?: number;
  meaning?: SameMeaning; // of its run; missing: same class
  images: [ComparedImage, ComparedImage];
  modelSha256: string;
  engine: EngineName;
  device: DeviceName;
  warnings: string[];
  versions: Record<string, string>;
}

/** What decides which evidence is factual. */
export type ExplainedVerdict = Pick<Comparison, 'verdict' | 'target'>;

export type Judgement = 'agree' | 'disagree' | 'unsure' | 'wrong-label';

/** A comparison with a person's notes. Unsaved comparisons are deleted at the next start. */
export interface ComparisonRow extends Comparison {
  saved: boolean;
  judgement: Judgement | null;
  note: string;
}

/** Signed maps S of both images at feature resolution; positive values make the distance larger. */
export interface SignedMaps {
  width: number; // cells
  height: number;
  signed: [number[], number[]]; // [height, width] each, row-major
}

/** A comparison with the maps that explain it. */
export interface ExplainedComparison {
  row: ComparisonRow;
  maps: SignedMaps;
}
