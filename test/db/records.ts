// Records for the stores' tests. Without vitest, as plain Node processes use them too.
import type { NewDataset } from '../../src/main/db/insert.ts';
import type { Comparison } from '../../src/shared/comparison.ts';
import type { ExperimentRow } from '../../src/shared/experiment.ts';
import type { RunConfig } from '../../src/shared/run.ts';
import { image } from '../features/dataset/images.ts';
import { type Estimate, type RetrievalFigures, type RunStructure, STRUCTURE_RECIPE } from '../../src/shared/structure.ts';

/** Two classes of six images, four of each in train; names as given. */
export function someDataset(more: Partial<NewDataset> = {}): NewDataset {
  const images = Array.from({ length: 12 }, (_, i) =>
    image(i, i < 6 ? 'a' : 'b', { split: (['train', 'train', 'valid', 'train', 'test', 'train'] as const)[i % 6]! }),
  );
  return {
    name: 'Things',
    root: '/things',
    groupBy: null,
    splitSeed: 0,
    groups: null,
    groupName: null,
    sampleBits: null,
    snapshot: 'abc',
    images,
    pairs: { train: 3, valid: 1, test: 0 },
    rejected: [],
    warnings: [],
    ...more,
  };
}

export const someConfig: RunConfig = {
  backbone: 'compact',
  weights: null,
  beside: null,
  encoder: null,
  flavour: 'torch',
  preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.125] },
  resampling: 'centred',
  pairRecipe: 2,
  same: 'class',
  negatives: 'anywhere',
  pairs: null,
  groupName: null,
  sampleBits: null,
  pooling: 'mean',
  scope: 'all',
  headStart: 'random',
  batchNorm: 'batch',
  epochs: 3,
  batch: 8,
  size: 64,
  lr: 0.1 + 0.2, // needs all its digits
  optimizer: 'sgd',
  weightDecay: 0,
  clipNorm: 0,
  dim: 2,
  loss: 'contrastive',
  embedding: 'raw',
  classesPerStep: 8,
  imagesPerClass: 4,
  margin: 2,
  patience: 0,
  plateau: 0,
  augmentation: null,
  seed: 7,
  engine: 'onnx',
  device: 'cpu',
};

export function someComparison(id: string, run: string, more: Partial<Comparison> = {}): Comparison {
  const compared = {
    file: '/things/a/0.png',
    sha256: 'content 0',
    className: 'a',
    width: 3,
    height: 2,
    mapWidth: 7,
    mapHeight: 7,
    empty: null,
    photo: 'p.jpg',
    factual: 'f.png',
    counterfactual: 'c.png',
    signed: 's.npy',
  };
  return {
    comparison: id,
    run,
    createdMs: 1_700_000_000_000,
    target: 'verdict',
    method: 'gradcam',
    layer: 'last',
    distance: 1.25,
    similarity: 0.3,
    threshold: 1,
    verdict: 'different',
    certainty: { low: 0.2, high: 0.42, beyond: false, over: 'images' as const, units: 60, pairs: 400, same: 200 },
    curve: { slope: 3.389, midpoint: 1 },
    scale: 0.5,
    images: [compared, { ...compared, sha256: 'content 1', className: null }],
    modelSha256: 'm',
    engine: 'onnx',
    device: 'cpu',
    warnings: [],
    versions: { twinlens: '0.1.0' },
    ...more,
  };
}

const figure = (value: number): Estimate => ({ value, interval: [value - 0.05, value + 0.05] });
const figures = (value: number): RetrievalFigures => ({
  ...{ recall1: figure(value), recall5: figure(value + 0.1), recall10: figure(value + 0.15) },
  ...{ rPrecision: figure(value - 0.2), mapAtR: figure(value - 0.3), map: figure(value - 0.1) },
});

/** Neighbours and classes of a run on 40 test images. */
export const someStructure: RunStructure = {
  ...{ recipe: STRUCTURE_RECIPE, measuredMs: 5, pairSet: 'p', threshold: 1, pairs: 500, images: 40, over: 'images', featuresAuc: 0.7 },
  ...{ auc: figure(0.85), gain: { value: 0.15, interval: [0.1, 0.2] }, groups: null, neighbours: [{ from: 0, to: 1, queries: 5 }] },
  retrieval: [
    {
      ...{ among: 'test', queries: 39, withoutPositive: 1, available: 40, gallery: 40, galleryAvailable: 40, over: 'images', units: 39 },
      figures: { embedding: figures(0.7), features: figures(0.8) },
      gain: { recall1: { value: -0.1, interval: [-0.18, -0.02] }, mapAtR: { value: 0, interval: [-0.1, 0.1] } },
    },
  ],
  classes: {
    names: ['elm', 'oak'],
    cells: [
      { a: 0, b: 0, pairs: 125, wrong: 20, distance: 0.8, loss: 0.3 },
      { a: 0, b: 1, pairs: 250, wrong: 60, distance: 1.4, loss: 0.5 },
      { a: 1, b: 1, pairs: 125, wrong: 10, distance: 0.6, loss: 0.2 },
    ],
  },
  perClass: [
    { images: 20, pairs: 375, accuracy: figure(0.78), sameWrong: 20, same: 125, differentWrong: 60, different: 250, recall1: 0.65 },
    { images: 20, pairs: 375, accuracy: figure(0.81), sameWrong: 10, same: 125, differentWrong: 60, different: 250, recall1: 0.75 },
  ],
  worstImages: { count: 3, loss: 0.3 },
  contradicting: { images: 0, loss: 0 },
};

/** Two seeds with figures on the same test pairs. */
export const someExperiment: ExperimentRow = {
  experiment: 'e1',
  dataset: 'things',
  snapshot: 'abc',
  config: someConfig,
  seeds: [1, 2],
  createdMs: 5,
  name: '',
  tags: [],
  note: '',
  status: 'done',
  states: [0.8, 0.9].map((auc, i) => ({
    seed: i + 1,
    run: `r${i + 1}`,
    status: 'done' as const,
    removed: false,
    error: null,
    stopped: false,
    figures: { auc },
  })),
  spread: { auc: { count: 2, mean: 0.85, sd: 0.0707, range: [0.8, 0.9], interval: [0.21, 1] } },
  on: { pairs: 500, units: 40, over: 'images' },
  problem: null,
  stale: false,
};
