import type { BackboneName, Beside, Pooling } from '../../shared/backbones.ts';
import type { Flavour, OptimizerName, RunConfig, Scope } from '../../shared/run.ts';
import type { EncodedShape } from '../../shared/imported-encoder.ts';
import { Builder } from './backbones/builder.ts';
import { backboneOf } from './backbones/index.ts';
import { globalMean } from './functional/global-mean.ts';
import { buildHead, embeddingLength, type HeadKind } from './head.ts';
import type { Shape, Value } from './ir/value.ts';
import { type Loss, type LossOptions, SAMPLES } from './losses/loss.ts';
import type { Task, TrainTask } from './ir/task.ts';
import { type ParamSpec } from './ir/tensor.ts';

/** Prefix of the backbone's parameters in a whole network. The head's are `fc.0` and `fc.2`, as in PyTorch's Sequential, or `probe`. */
export const BACKBONE_PREFIX = 'backbone.';

/**
 * The network of the method: shared backbone -> pooling -> head. Livieris et al. 2023, section 3 (the mean over space and a raw head with d = 2
 * there).
 */
export interface SiameseSpec {
  backbone: BackboneName;
  beside?: Beside | null | undefined; // what stands beside the backbone; default: nothing
  flavour: Flavour;
  size: number; // px, square images
  dim: number; // d
  encoder?: EncodedShape | null; // of the backbone `imported`: its maps of images of this size
  pooling?: Pooling; // default: mean, as published
  head?: HeadKind; // default: raw, as published
}

/** The network of a run. */
export const specOf = ({ backbone, beside, encoder, flavour, size, dim, pooling, loss, embedding }: RunConfig): SiameseSpec => ({
  backbone,
  beside,
  encoder,
  flavour,
  size,
  dim,
  pooling,
  head: loss === 'probe' ? 'probe' : embedding,
});

/** Dimension of an embedding. */
export const embeddingSize = (spec: SiameseSpec): number =>
  spec.head === 'probe' ? embeddingLength(spec, entryShape(spec, 'pooled')[0]!) : spec.dim;

/**
 * Where a batch enters the network: as images [N, 3, S, S], as features before the last stage ('boundary'), or as pooled features [N, C]
 * ('pooled').
 */
export type Entry = 'image' | 'boundary' | 'pooled';

export const entryOf: Record<Scope, Entry> = { head: 'pooled', 'last-stage': 'boundary', all: 'image' };

/** All parameters of the network, backbone first, in order of use. */
export function siameseParams(spec: SiameseSpec): ParamSpec[] {
  const b = new Builder(spec);
  embed(b, spec, addInput(b, spec, 'image', 1), 'image');
  return b.program.paramSpecs();
}

/** The backbone's parameters as its weights files name them, without those of what stands beside it. */
export function backboneParams(spec: SiameseSpec): ParamSpec[] {
  return siameseParams({ ...spec, beside: null }).flatMap((p) =>
    p.name.startsWith(BACKBONE_PREFIX) ? [{ ...p, name: p.name.slice(BACKBONE_PREFIX.length) }] : [],
  );
}

/** The parameters (not statistics) of the network that a scope trains. */
export function trainableNames(spec: SiameseSpec, scope: Scope): string[] {
  const b = new Builder(spec);
  const entry = entryOf[scope];
  embed(b, spec, addInput(b, spec, entry, 2), entry);
  return b.program.paramSpecs().flatMap((p) => (p.kind === 'weight' ? [p.name] : []));
}

/** Names of the layers, first to last. */
export const layerNames = (backbone: BackboneName, beside: Beside | null = null): string[] =>
  backboneOf(backbone, beside).blocks.map((block) => block.name);

/**
 * Names of the layers that can be explained, first to last. Where the head reads the class token, the last block's layer is the patches as its
 * attention reads them, behind a norm. It does not depend on the length of the norm's input, the layer before, so there the gradient times the
 * features is 0 in each cell (Euler's theorem on homogeneous functions): that layer is left out.
 */
export const explainedLayers = ({ backbone, beside, pooling }: Pick<SiameseSpec, 'backbone' | 'beside' | 'pooling'>): string[] =>
  layerNames(backbone, beside).filter((_, i, { length }) => pooling !== 'cls' || i !== length - 2);

/** Shape of one image's features at an entry. */
export function entryShape(spec: SiameseSpec, entry: Entry): Shape {
  const b = new Builder(spec);
  return buildUpTo(b, spec, addInput(b, spec, 'image', 1), entry).shape.slice(1);
}

/** Images [N, 3, S, S] -> `features` at an entry, [N, ...entryShape]. */
export function featuresTask(spec: SiameseSpec, entry: Entry, images: number): Task {
  const b = new Builder(spec);
  return { program: b.program, outputs: { features: buildUpTo(b, spec, addInput(b, spec, 'image', images), entry) } };
}

/** A batch at an entry -> `features` [N, C], the pooled features: the head's input. */
export function pooledTask(spec: SiameseSpec, entry: Entry, images: number): Task {
  const b = new Builder(spec);
  return { program: b.program, outputs: { features: pool(b, spec, addInput(b, spec, entry, images), entry) } };
}

/** A batch at an entry -> `embedding` [N, d]. */
export function embeddingTask(spec: SiameseSpec, entry: Entry, images: number): Task & { outputs: { embedding: Value } } {
  const b = new Builder(spec);
  return { program: b.program, outputs: { embedding: embed(b, spec, addInput(b, spec, entry, images), entry) } };
}

/** Images [N, 3, S, S] -> `embedding` [N, d] and the `features` of a layer [N, C, h, w]. */
export function layerTask(spec: SiameseSpec, layer: string, images: number): Task & { outputs: { embedding: Value; features: Value } } {
  const b = new Builder(spec);
  const { pooled, maps } = buildFeatures(b, spec, images, [layer]);
  return { program: b.program, outputs: { embedding: buildHead(b, spec, pooled), features: maps[0]! } };
}

/** Declares the input `images` [images, 3, S, S] and builds the backbone: `pooled` [N, C], and the maps [N, C, h, w] of `layers`. */
export function buildFeatures(b: Builder, spec: SiameseSpec, images: number, layers: readonly string[]): { pooled: Value; maps: Value[] } {
  const found = new Map<string, Value | null>(layers.map((name) => [name, null]));
  const pooled = pool(b, spec, addInput(b, spec, 'image', images), 'image', found);
  const maps = layers.map((name) => {
    const map = found.get(name);
    if (!map) throw new Error(`${spec.backbone} has no layer ${name}.`);
    return map;
  });
  return { pooled, maps };
}

export interface TrainingOptions extends LossOptions {
  scope: Scope;
  batchNorm: 'frozen' | 'batch';
  loss: Loss;
  optimizer: { name: OptimizerName; weightDecay: number; clipNorm: number };
}

/** One step over `samples` samples. Inputs: `images` at the scope's entry, in the order of losses/loss.ts, and `labels` [samples]. */
export function trainingTask(spec: SiameseSpec, o: TrainingOptions, samples: number): TrainTask {
  const b = new Builder(spec);
  b.batchStatistics = o.batchNorm === 'batch';
  const entry = entryOf[o.scope];
  const kind = SAMPLES[o.loss.samples];
  const embedding = embed(b, spec, addInput(b, spec, entry, kind.images * samples), entry);
  const { loss, distances } = o.loss.build(b.program, embedding, b.program.input('labels', [samples]), o);
  const trainable = b.program.paramSpecs().flatMap((p) => (p.kind === 'weight' ? [p.name] : []));
  return { program: b.program, loss, distances, samples: kind, trainable, statistics: b.statistics, optimizer: o.optimizer };
}

/** Declares the input `images` [images, ...entryShape]. */
function addInput(b: Builder, spec: SiameseSpec, entry: Entry, images: number): Value {
  const shape = entry === 'image' ? [3, spec.size, spec.size] : entryShape(spec, entry);
  return b.program.input('images', [images, ...shape]);
}

/** Builds the backbone from the images to an entry. */
function buildUpTo(b: Builder, spec: SiameseSpec, x: Value, entry: Entry): Value {
  if (entry === 'image') return x;
  if (entry === 'pooled') return pool(b, spec, x, 'image');
  const { blocks, lastStage } = backboneOf(spec.backbone, spec.beside);
  return blocks.slice(0, lastStage).reduce((value, block) => block.build(b, value, BACKBONE_PREFIX), x);
}

/** Builds the network from `entry` to the pooled features [N, C]. Sets the maps of the layers in `maps`. */
function pool(b: Builder, spec: SiameseSpec, x: Value, entry: Entry, maps = new Map<string, Value | null>()): Value {
  if (entry === 'pooled') return x;
  const { blocks, lastStage, featureMap, classToken, pooled } = backboneOf(spec.backbone, spec.beside);
  const last = blocks.at(-1);
  let value = x;
  for (const block of entry === 'boundary' ? blocks.slice(lastStage) : blocks) {
    if (block === last && pooled && !maps.has(block.name)) return pooled(b, value, BACKBONE_PREFIX);
    const isWanted = maps.has(block.name);
    if (block === last && spec.pooling === 'cls') {
      if (!classToken) throw new Error(`${spec.backbone} has no class token.`);
      return classToken(b, value, BACKBONE_PREFIX, isWanted ? (map) => maps.set(block.name, map) : undefined);
    }
    value = block.build(b, value, BACKBONE_PREFIX);
    if (block !== last && !isWanted) continue;
    const { map, next } = featureMap(b, value);
    if (isWanted) maps.set(block.name, map);
    value = block === last ? map : next;
  }
  return globalMean(b.program, value);
}

/** Builds the network from `entry` to the embedding [N, d]. */
function embed(b: Builder, spec: SiameseSpec, x: Value, entry: Entry): Value {
  return buildHead(b, spec, pool(b, spec, x, entry));
}
