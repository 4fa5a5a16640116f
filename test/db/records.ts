// Records for the stores' tests. Without vitest, as plain Node processes use them too.
import type { NewDataset } from '../../src/main/db/insert.ts';
import type { Comparison } from '../../src/shared/comparison.ts';
import type { RunConfig } from '../../src/shared/run.ts';
import { image } from '../features/dataset/images.ts';

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
  flavour: 'torch',
  preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.125] },
  resampling: 'centred',
  pairRecipe: 2,
  same: 'class',
  negatives: 'anywhere',
  groupName: null,
  sampleBits: null,
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
