import type { ComparedImage, Comparison, ExplainedVerdict, ExplainTarget, Verdict, ScaleChoice } from '../../../shared/comparison.ts';
import type { CheckResult } from '../../../shared/engine-check.ts';
import type { PairExamples, UnreadExamples } from '../../../shared/examples.ts';
import type { FaithfulnessCheck } from '../../../shared/faithfulness.ts';
import type { FlipMode, FlipTest } from '../../../shared/flip.ts';
import type { ImportedEncoder } from '../../../shared/imported-encoder.ts';
import type { MethodName } from '../../../shared/explanation-methods.ts';
import type { Randomisation } from '../../../shared/randomisation.ts';
import type { RunStructure } from '../../../shared/structure.ts';
import type { MatchesAnswer } from '../../../shared/matches.ts';
import type { CellPlacement } from '../../../shared/maps/placement.ts';
import type { PixelSource, Stroke } from '../../../shared/what-if.ts';
import type { PairedComparison } from '../../../shared/run-difference.ts';
import type { Scaled } from '../../../shared/maps/run-scale.ts';
import type { TaskContext, TaskHandlers } from '../../rpc/serve-tasks.ts';
import type { JudgedPairs } from '../../domain/evaluate/paired.ts';
import type { ImageUnits } from '../../domain/evaluate/units.ts';
import type { Names } from '../../domain/structure/pair-figures.ts';
import type { PackedImages, PackedPairs } from '../../domain/pairs/packed.ts';
import type { BenchRequest, BenchResult } from './bench.ts';
import type { ContentCalls } from './content.ts';
import type { DuplicateCalls } from './duplicates.ts';
import type { EmbeddingCalls } from './embeddings.ts';
import type { ImageMapCalls } from './image-map.ts';
import type { EncoderCalls } from './encoders.ts';
import type { InspectedContent } from './inspected.ts';
import type { SimilarCalls } from './similar.ts';
import type { TrainProgress, TrainResult } from './training.ts';
import type { WrongLabelCalls } from './wrong-labels.ts';
import type { BackboneName } from '../../../shared/backbones.ts';
import type { Calibration, DeviceName, EngineName, Flavour, Metrics, Preprocessing, RunConfig, WeightsInfo } from '../../../shared/run.ts';

/** A trained network on disk: a run's folder and the configuration that defines its tensors. */
export interface ModelRef {
  folder: string;
  config: RunConfig;
  encoderFolder?: string | null; // of config.encoder, which it has the file of; null or missing: the network has no imported encoder
  sha256: string | null; // fingerprint of a finished run's network; null: not verified
  epochs: number; // stored with the run; if there are any, a missing file was lost
}

/** An image of a data set. */
export interface SourceImage {
  file: string; // absolute
  sha256: string; // of its bytes: the key in all caches
}

export interface CacheFolders {
  features: string;
  pixels: string;
}

export interface Counted {
  done: number;
  total: number;
}

export interface WeightsRequest {
  path: string;
  backbone: BackboneName;
  entry: { id: string; licence: string | null; flavour: Flavour; preprocessing: Preprocessing } | null;
}

export interface TrainRequest {
  model: ModelRef; // config.device as chosen
  weightsPath: string | null;
  caches: CacheFolders;
  root: string; // of the data set
  images: PackedImages; // all but the excluded ones
  units: ImageUnits; // of `images`
  validPairs: PackedPairs;
  listedPairs: PackedPairs | null; // of training images, if same means a list; else they are drawn in each epoch
  resume: boolean; // from the folder's last checkpoint
  epochsStored: number; // epochs whose rows the run's record has
}

export interface PairsRequest {
  model: ModelRef;
  caches: CacheFolders;
  root: string; // of the data set
  images: PackedImages; // those of the pairs
  pairs: PackedPairs;
}

export type UntrainedRequest = PairsRequest & { weightsPath: string | null }; // null: started without weights, or its backbone was not trained

export interface EvaluateRequest extends PairsRequest {
  units: ImageUnits; // of `images`
  baseline: Float64Array | null; // distances of the untrained network, [pairs]
  calibration: Calibration;
  split: 'test' | 'valid';
}

export interface ExplainRequest {
  model: ModelRef;
  files: [string, string];
  /** SHA-256 that each file's bytes must have; null: not checked. */
  sha256: [string | null, string | null];
  modelSha256: string | null; // part of the key in the cache of open networks
  method: MethodName;
  layer: string;
  target: ExplainTarget;
  threshold: number;
  folder: string; // for photographs and maps
}

export interface ExplainResult {
  distance: number;
  verdict: Verdict;
  scale: number;
  images: [Omit<ComparedImage, 'className'>, Omit<ComparedImage, 'className'>];
  signed: [Float32Array, Float32Array]; // S of each image, [mapHeight, mapWidth]
}

/** The pairs whose maps are measured: of one data set, by the network of one run. */
export interface MeasureMapsRequest {
  model: ModelRef;
  modelSha256: string | null; // as in ExplainRequest
  method: MethodName;
  layer: string;
  root: string; // of the data set
  images: PackedImages; // those of the pairs, or more
  pairs: PackedPairs;
}

/** A pair's images and their stored maps. */
export interface PairMapsRequest {
  model: ModelRef;
  files: [string, string];
  sha256: [string | null, string | null]; // as in ExplainRequest
  signed: [Float32Array, Float32Array]; // S of each image, [height, width]
  width: number; // cells
  height: number;
  placement?: CellPlacement | undefined; // of the cells in the image; default: they divide it evenly
}

/** The maps of a pair whose faithfulness is checked. */
export interface CheckMapsRequest extends PairMapsRequest {
  modelSha256: string | null; // as in ExplainRequest
  donors: readonly SourceImage[]; // training images: the first DONORS that can be read replace parts in the cross-check
}

export interface CheckMapsResult extends Pick<FaithfulnessCheck, 'distance' | 'images'> {
  donors: number[]; // positions in `donors` of those that could be read
}

/** An image that a person edits. */
export interface WhatIfImage {
  file: string; // absolute
  sha256: string | null; // as in ExplainRequest
  photo: string; // the stored JPEG, in case the file is missing or has changed
}

export interface EditedPair {
  model: ModelRef;
  images: [WhatIfImage, WhatIfImage];
  strokes: readonly Stroke[];
}

export interface WhatIfRequest extends EditedPair {
  modelSha256: string | null; // as in ExplainRequest
  withLayers: boolean;
}

export interface WhatIfDistances {
  before: number; // D(A, B)
  after: number; // D of the edited images
  edited: [number, number]; // share of each image that is replaced, 0..1
  sources: [PixelSource, PixelSource];
  layers: [Uint8Array | null, Uint8Array | null]; // the replaced pixels, PNG with alpha, [S, S]; null without edits or unless asked for
}

export interface EditedPicturesRequest extends EditedPair {
  longest: number; // px
  mime: EmbeddedType;
}
/** A pair whose matching cells are wanted. */
export interface MatchesRequest {
  model: ModelRef;
  modelSha256: string | null; // as in ExplainRequest
  files: [string, string];
  sha256: [string | null, string | null]; // as in ExplainRequest
}

/** The labelled images of a run's data set: examples are its training and validation images. */
export interface ReadExamplesRequest {
  model: ModelRef;
  caches: CacheFolders;
  root: string; // of the data set
  images: PackedImages; // of all splits, without excluded ones
}

/** A pair whose nearest labelled images are wanted. */
export interface ExamplesRequest extends ReadExamplesRequest {
  files: [string, string];
  sha256: [string, string]; // that each file's bytes must have
  classes: [string | null, string | null];
}

export type ExamplesResult = UnreadExamples | Omit<PairExamples, 'dataset'>;

/** Maps that are an order of removal: evidence for the verdict first. */
export interface OrderedMaps extends PairMapsRequest {
  verdict: Verdict;
}

export interface FlipRequest extends OrderedMaps, Pick<ExplainRequest, 'modelSha256' | 'threshold'> {
  modes?: readonly FlipMode[]; // as in FlipInput
}

export type FlipRequestResult = Pick<FlipTest, 'distance' | 'pixels' | 'marked' | 'outcome' | 'parts'>;

export interface DrawFlipRequest extends OrderedMaps {
  flip: Pick<FlipTest, 'parts' | 'recipe'>;
  folder: string;
}

/** A pair of validation images whose maps are compared with those of redrawn networks. */
export interface RandomisePair {
  files: readonly [string, string]; // absolute
  sha256: readonly [string, string];
  sizes: readonly [{ width: number; height: number }, { width: number; height: number }]; // px, of the images
}

export interface RandomiseRequest {
  model: ModelRef;
  method: MethodName;
  layer: string;
  pairs: readonly RandomisePair[];
  seed: number;
  redraws: number;
}

/** A run's network, all images of its data set and the test pairs, for measureStructure. */
export interface StructureRequest {
  model: ModelRef;
  caches: CacheFolders;
  root: string; // of the data set
  images: PackedImages; // included ones
  units: ImageUnits; // of `images`
  identities: Int32Array; // [images] class or group by the run's meaning of "same"; -1: the same as no other image
  groups: Names | null; // of the test images
  pairs: PackedPairs; // of the test split
  threshold: number;
}

export type StructureResult = Omit<RunStructure, 'recipe' | 'measuredMs' | 'pairSet'>;

/** images: read because their features were not cached. queries: compared with all others, in one of both spaces. */
export type StructureProgress = Counted & { stage: 'images' | 'queries' };

/** The stored comparison that drawOverlays draws. */
export interface OverlaysRequest extends ExplainedVerdict, Scaled, Pick<Comparison, 'method' | 'layer'> {
  choice: ScaleChoice;
  sampleBits: number | null; // of the run
  images: readonly Omit<ComparedImage, 'className'>[];
}

/**
 * MIME type of the images that a report embeds. WebP at quality 82 has two thirds of the size of JPEG at 85 (60 photographs of 600 px).
 * A PDF can't contain WebP: browsers store its pixels without loss, at 0.9 MB per comparison. They copy a JPEG unchanged.
 */
export type EmbeddedType = 'image/webp' | 'image/jpeg';

/** Every request from main to compute. */
export interface ComputeCalls extends ContentCalls, DuplicateCalls, EmbeddingCalls, ImageMapCalls, EncoderCalls, WrongLabelCalls, SimilarCalls {
  inspect: { args: { files: string[] }; result: (InspectedContent | { error: string })[]; progress: Counted };
  /** Seconds to read and decode each of `files`, with the concurrency of training. Files that can't be decoded count too. */
  timeReading: { args: { files: string[]; size: number }; result: number[]; progress: never };
  /** Writes a JPEG preview of an image to `out`, longest side at most `longest` px. `sha256`: that the image's bytes must have. */
  preview: { args: { file: string; sha256: string | null; sampleBits: number | null; longest: number; out: string }; result: null; progress: never };
  /**
   * Copies for embedding, longest side at most `longest` px: of each photograph and its overlays without their legends, in this
   * order. Throws AppError 'bad-image' with details.file.
   */
  pageImages: {
    args: { images: { photo: string; overlays: string[] }[]; longest: number; mime: EmbeddedType };
    result: Uint8Array[][];
    progress: never;
  };
  /** A logo as PNG. Throws AppError 'bad-image'. */
  encodeLogo: { args: { bytes: Uint8Array }; result: Uint8Array; progress: never };
  drawSample: { args: { folder: string; seed: number }; result: { images: string; truth: string; created: number }; progress: Counted };
  /** The shape of an imported encoder's maps of images of a size, and the seconds for an image if it is `timed`, else 0. */
  tryEncoder: {
    args: { encoder: ImportedEncoder; folder: string; size: number; device: DeviceName; timed: boolean };
    result: { channels: number; height: number; width: number; seconds: number };
    progress: never;
  };
  weights: { args: WeightsRequest; result: WeightsInfo; progress: never };
  train: { args: TrainRequest; result: TrainResult; progress: TrainProgress };
  /** Ends the training whose run has this folder after its last complete epoch: its `train` returns. Returns whether it is running. */
  stopTraining: { args: { folder: string }; result: boolean; progress: never };
  distances: { args: PairsRequest; result: Float64Array; progress: Counted };
  /** Distances of the network before training, [pairs]: 1 - cosine of pooled features. Progress: images that were not cached. */
  untrainedDistances: { args: UntrainedRequest; result: Float64Array; progress: Counted };
  /** Two networks on the same pairs. Progress: resamples. */
  compareOnPairs: { args: JudgedPairs; result: PairedComparison; progress: Counted };
  evaluate: { args: EvaluateRequest; result: { metrics: Metrics; distances: Float64Array }; progress: Counted };
  /** Progress: parts of a long explanation, such as rows of patches. */
  explain: { args: ExplainRequest; result: ExplainResult; progress: Counted };
  /** The largest |S| of both images of each pair. Pairs with an image that can't be read are left out. */
  measureMaps: { args: MeasureMapsRequest; result: Float32Array; progress: Counted };
  measureStructure: { args: StructureRequest; result: StructureResult; progress: StructureProgress };
  /** Progress: explained pairs. Pairs with an image that can't be read are left out. */
  randomiseMaps: { args: RandomiseRequest; result: Pick<Randomisation, 'pairs' | 'images' | 'steps' | 'redrawn'>; progress: Counted };
  /** Progress: forward passes. */
  checkMaps: { args: CheckMapsRequest; result: CheckMapsResult; progress: Counted };
  /** The network's distances of a pair before and after an edit. */
  whatIf: { args: WhatIfRequest; result: WhatIfDistances; progress: never };
  /** The photographs of A and B after an edit, for a page. Needs no network. */
  editedPictures: { args: EditedPicturesRequest; result: [Uint8Array, Uint8Array]; progress: never };
  /** The matching cells of a pair. */
  findMatches: { args: MatchesRequest; result: MatchesAnswer; progress: never };
  /** Caches the pooled features of all labelled images. Progress: images. */
  readExamples: { args: ReadExamplesRequest; result: null; progress: Counted };
  findExamples: { args: ExamplesRequest; result: ExamplesResult; progress: never };
  /** Progress: forward passes. */
  testFlip: { args: FlipRequest; result: FlipRequestResult; progress: Counted };
  /** Writes the pictures of a flip test. */
  drawFlip: { args: DrawFlipRequest; result: null; progress: never };
  /** Writes the overlay PNGs that a comparison names. */
  drawOverlays: { args: OverlaysRequest; result: null; progress: never };
  check: { args: { verbose?: boolean }; result: CheckResult[]; progress: never };
  bench: { args: BenchRequest; result: BenchResult; progress: Counted };
  benchEmbed: {
    args: { folder: string; limit: number | undefined; backbone: BackboneName; size: number; engine: EngineName; device: DeviceName };
    result: { images: number; seconds: number; threads: number; peakBytes: number };
    progress: Counted;
  };
  exportModel: {
    args: { model: ModelRef; format: 'onnx' | 'safetensors'; out: string; card: Record<string, string> };
    result: null;
    progress: never;
  };
}

export type CallName = keyof ComputeCalls;
export type CallContext<N extends CallName> = TaskContext<ComputeCalls[N]>;
export type Handlers = TaskHandlers<ComputeCalls>;
