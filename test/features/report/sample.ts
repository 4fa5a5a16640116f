import { metricsOf } from '../../../src/main/domain/evaluate/metrics.ts';
import { fitCalibration } from '../../../src/main/domain/evaluate/calibrate.ts';
import { reliabilityOf } from '../../../src/main/domain/evaluate/reliability.ts';
import { verdictOf } from '../../../src/main/domain/evaluate/threshold.ts';
import { imageUnitsOfPairs, type PairUnits } from '../../../src/main/domain/evaluate/units.ts';
import type { ImageFiles, ReportComparison } from '../../../src/main/features/report/types.ts';
import type { PageInput } from './whole-page.ts';
import { type FaithfulnessCheck, type ImageCheck, RECIPE, REMOVED_SHARES, ROLLED_MAPS } from '../../../src/shared/faithfulness.ts';
import { COARSE_SHARES, FLIP_RECIPE, type FlipMode, type FlipSearch, type FlipTest } from '../../../src/shared/flip.ts';
import { certaintyAt, similarityOf } from '../../../src/shared/calibration.ts';
import type { Comparison } from '../../../src/shared/comparison.ts';
import type { DatasetSummary } from '../../../src/shared/dataset.ts';
import { SECTION_NAMES } from '../../../src/shared/report.ts';
import { randomFor } from '../../../src/shared/random.ts';
import type { EpochRow, Metrics, RunRecord } from '../../../src/shared/run.ts';
import { drawPng, flower, spot } from './png.ts';

/** A complete, plausible report with every section: drawn flowers, sampled distances, figures from the evaluation. */

const random = randomFor(1, 'sample report');
const MARGIN = 2;

function drawPairs(n: number): { distances: number[]; labels: (0 | 1)[]; units: PairUnits } {
  const labels = Array.from({ length: n }, (_, i): 0 | 1 => (i % 2 === 0 ? 0 : 1));
  const units = imageUnitsOfPairs(labels.map((_, i) => ({ a: i % 60, b: (7 * i + 1) % 60 })));
  return { labels, units, distances: labels.map((label) => Math.abs((label ? 1.45 : 0.5) + 0.34 * random.normal())) };
}

const valid = drawPairs(424);
const test = drawPairs(500);
const calibration = fitCalibration(valid.distances, valid.labels, valid.units);
const { threshold } = calibration;
const testSimilarities = test.distances.map((distance) => similarityOf(distance, calibration));
const sorted = (label: 0 | 1): number[] => valid.distances.filter((_, i) => valid.labels[i] === label).sort((a, b) => a - b);

const hash = (digit: string): string => `${digit}0123456789abcdef`.repeat(4).slice(0, 64);

const epochs: EpochRow[] = Array.from({ length: 24 }, (_, i) => {
  const [lossTrain, lossValid] = [0.12 + 0.9 * Math.exp(-i / 6), 0.21 + 0.75 * Math.exp(-i / 5) + 0.004 * Math.max(0, i - 17)];
  return {
    epoch: i + 1,
    lossTrain,
    lossValid,
    aucTrain: 0.985 - 0.36 * Math.exp(-i / 5),
    aucValid: 0.955 - 0.34 * Math.exp(-i / 5) - 0.002 * Math.max(0, i - 17),
    accuracyTrain: 0.93,
    accuracyValid: 0.9,
    lr: 0.001,
    seconds: 21,
    imagesPerSecond: 212,
    best: i < 18,
  };
});

export const RUN: RunRecord = {
  run: 'r7',
  dataset: 'flowers',
  snapshot: hash('7'),
  config: {
    backbone: 'mobilenet_v2_035',
    pooling: 'mean',
    weights: {
      source: 'mobilenet_v2_035_224',
      sha256: hash('4'),
      flavour: 'keras',
      preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      licence: 'Apache-2.0',
    },
    encoder: null,
    beside: null,
    flavour: 'keras',
    preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    pairRecipe: 2,
    same: 'class',
    negatives: 'anywhere',
    pairs: null,
    groupName: null,
    resampling: 'centred',
    sampleBits: null,
    scope: 'last-stage',
    headStart: 'random',
    batchNorm: 'frozen',
    epochs: 40,
    batch: 16,
    size: 224,
    lr: 0.0003,
    optimizer: 'adam',
    weightDecay: 0,
    clipNorm: 5,
    dim: 2,
    loss: 'contrastive',
    embedding: 'raw',
    classesPerStep: 8,
    imagesPerClass: 4,
    margin: MARGIN,
    patience: 6,
    plateau: 3,
    augmentation: { flipHorizontal: true, flipVertical: false, rotation: 15, crop: 0.1, colour: 0.2 },
    seed: 1234,
    engine: 'onnx',
    device: 'webgpu',
  },
  status: 'done',
  epochs,
  bestEpoch: 18,
  calibration,
  validDistances: { same: sorted(0), different: sorted(1) },
  metrics: [
    metricsOf(valid.distances, valid.labels, threshold, 'valid', valid.units),
    {
      ...metricsOf(test.distances, test.labels, threshold, 'test', test.units),
      reliability: reliabilityOf(test.labels, testSimilarities, test.units),
    },
  ],
  warnings: [],
  sessions: [{ firstEpoch: 1, engine: 'onnx', device: 'webgpu', batch: 16, partPairs: null }],
  modelSha256: hash('a'),
  seconds: 733,
  versions: { twinlens: '0.1.0', 'onnxruntime-node': '1.30.0' },
  createdMs: Date.UTC(2026, 10, 14, 9, 5),
  finishedMs: Date.UTC(2026, 10, 14, 9, 18),
  error: null,
};

export const DATASET: DatasetSummary = {
  dataset: 'flowers',
  name: 'Flowers',
  root: '/home/ana/images/flowers',
  images: 1530,
  classes: { Daisy: 320, Lily: 290, Rose: 310, Sunflower: 300, Tulip: 310 },
  splits: { train: 1070, valid: 212, test: 248 },
  pairs: { train: 2140, valid: 424, test: 500 },
  groups: null,
  groupName: null,
  sampleBits: null,
  rejected: [
    { file: 'Rose/Thumbs.db', reason: 'Not an image.' },
    { file: 'Rose/notes.txt', reason: 'Not an image.' },
    { file: 'Tulip/broken.jpg', reason: 'The file ends too early.' },
  ],
  warnings: [],
  snapshot: hash('7'),
  createdMs: Date.UTC(2026, 10, 13, 16, 0),
};

const drawn = new Map<string, ImageFiles>();

/** Drawn once for each size: 320 × 240 px take 50 ms. */
export function drawImages(width: number, height: number, petals: number): ImageFiles {
  const key = `${width} ${height} ${petals}`;
  const known = drawn.get(key) ?? newImages(width, height, petals);
  drawn.set(key, known);
  return known;
}

function newImages(width: number, height: number, petals: number): ImageFiles {
  const under = flower(width, height, petals);
  const png = (paint: typeof under) => ({ bytes: drawPng(width, height, paint), mime: 'image/png' as const });
  return {
    photo: png(under),
    factual: png(spot(under, width, height, [0.5, 0.45], [230, 110, 40])),
    counterfactual: png(spot(under, width, height, [0.25, 0.75], [60, 130, 210])),
  };
}

/** A check of a pair's maps whose signed scores are `scores`, with rolled maps of root mean square 0.5. */
export function sampleCheck(scores: [number, number] = [1, 0.9], changes: Partial<FaithfulnessCheck> = {}): FaithfulnessCheck {
  const image = (score: number, digit: string): ImageCheck => ({
    pixels: hash(digit),
    score,
    rolled: Array.from({ length: ROLLED_MAPS }, (_, i) => (i % 2 === 0 ? 0.5 : -0.5)),
    donor: 0.25,
    curve: REMOVED_SHARES.map((share) => ({
      share,
      top: 1.6 - share,
      bottom: 1.6 + share,
      rolled: { mean: 1.6, low: 1.6 - share / 2, high: 1.6 + share / 2 },
    })),
    raising: -0.1,
    lowering: 0.1,
  });
  return {
    recipe: RECIPE,
    checkedMs: Date.UTC(2026, 10, 21, 9, 5),
    distance: 1.63,
    images: [image(scores[0], '7'), image(scores[1], '8')],
    donors: ['9', '8'].map((digit) => ({ file: `Tulip/donor-${digit}.jpg`, sha256: hash(digit) })),
    gate: { auc: 0.932, low: 0.865, high: 0.967, pairs: 1008, images: 84 },
    z: (scores[0] + scores[1]) / Math.SQRT1_2,
    ...changes,
  };
}

/** A search of a different pair: at `share` and above the effect is there. */
export function sampleSearch(share: number | null, rolled: (number | null)[], mode: FlipMode = 'remove'): FlipSearch {
  const isDifferent = (one: number): boolean => one >= (share ?? Infinity) === (mode === 'keep');
  return { share, tried: COARSE_SHARES.map((one) => ({ share: one, distance: threshold + (isDifferent(one) ? 0.2 : -0.2) - one / 1000 })), rolled };
}

/** A flip test of sampleComparison(): 12 % of A, 20 % of B, 11 % of both; all of it is kept at 30 %, or nothing of B. */
export function sampleFlip(changes: Partial<FlipTest> = {}): FlipTest {
  const copies = (...shares: number[]): (number | null)[] => Array.from({ length: ROLLED_MAPS }, (_, i) => shares[i] ?? null);
  return {
    recipe: FLIP_RECIPE,
    testedMs: Date.UTC(2026, 10, 21, 9, 7),
    distance: 1.63,
    side: 224,
    pixels: [hash('7'), hash('8')],
    marked: [62.4, 55],
    gate: { auc: 0.932, low: 0.865, high: 0.967, pairs: 1008, images: 84 },
    outcome: 'tested',
    parts: {
      a: { remove: sampleSearch(12, copies()), keep: sampleSearch(30, copies(20), 'keep') },
      b: { remove: sampleSearch(20, copies(5, 10, 10, 10, 15, 15, 20, 20, 20)), keep: sampleSearch(0, [], 'keep') },
      both: { remove: sampleSearch(11, copies()), keep: sampleSearch(null, copies(50), 'keep') },
    },
    ...changes,
  };
}

export function sampleComparison(distance = 1.63, changes: Partial<Comparison> = {}): Comparison {
  const image = (file: string, className: string, digit: string, width: number, height: number): Comparison['images'][number] => ({
    file: `/home/ana/images/flowers/${className}/${file}`,
    sha256: hash(digit),
    className,
    split: 'test',
    width,
    height,
    mapWidth: 7,
    mapHeight: 7,
    empty: null,
    photo: '',
    factual: '',
    counterfactual: '',
    signed: '',
  });
  return {
    comparison: 'cmp-31',
    run: RUN.run,
    createdMs: Date.UTC(2026, 10, 14, 10, 2),
    target: 'verdict',
    method: 'gradcam',
    layer: 'block_16_project',
    distance,
    similarity: similarityOf(distance, calibration),
    threshold,
    verdict: verdictOf(distance, threshold),
    certainty: certaintyAt(distance, calibration),
    curve: { slope: calibration.slope, midpoint: calibration.midpoint },
    scale: 1.42,
    images: [image('26605779860_50872b454a_n.jpg', 'Rose', 'b', 1024, 768), image('14087947408_9779257411_n.jpg', 'Daisy', 'c', 320, 240)],
    modelSha256: RUN.modelSha256!,
    engine: 'onnx',
    device: 'webgpu',
    warnings: [],
    versions: { twinlens: '0.1.0', 'onnxruntime-node': '1.30.0' },
    ...changes,
  };
}

const [ROSE, DAISY] = [drawImages(320, 240, 5), drawImages(320, 240, 12)];

export const toReportComparison = (comparison: Comparison): ReportComparison => ({
  comparison,
  images: [ROSE, DAISY],
});

export const sampleInput = (changes: Partial<PageInput> = {}): PageInput => ({
  title: 'Rose against daisy',
  generatedMs: Date.UTC(2026, 10, 14, 10, 32),
  comparisons: [toReportComparison(sampleComparison())],
  sections: SECTION_NAMES,
  runs: [RUN],
  datasets: [DATASET],
  appVersion: '0.1.0',
  ...changes,
});

/** The interval of the AUC as a table of the report has it. */
export const rangeOf = ({ intervals }: Metrics): string => intervals!.auc.map((x) => x.toFixed(3)).join(' to ');
