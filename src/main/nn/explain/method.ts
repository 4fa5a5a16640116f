import type { CellPlacement } from '../../../shared/maps/placement.ts';
import { DISTANCE_EPSILON } from '../functional/pair-distance.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operations } from '../ir/operations.ts';
import type { Task } from '../ir/task.ts';
import type { Value } from '../ir/value.ts';
import type { SiameseSpec } from '../siamese.ts';
import { placeCells } from './receptive-field.ts';

/** Signed maps S of a pair (A, B): positive values increase the distance D(A, B). */
export interface PairMaps {
  distance: number; // D(A, B)
  signed: [Float32Array, Float32Array]; // S of each image, [height, width]
  width: number; // cells
  height: number;
  placement: CellPlacement; // of the cells in the image
  active: [boolean, boolean]; // whether the image has features that are not zero
  /** D with this image at the start of the method's integral: the cells add up to D(A, B) less this. null: a method without one. */
  baseline: [number, number] | null;
}

/** Runs one of an explainer's tasks. */
export type RunTask = (task: string, inputs: Readonly<Record<string, Float32Array>>) => Promise<Record<string, Float32Array>>;

/** The images of a pair, as the network reads them. */
export interface PairInput {
  images: Float32Array; // [2, 3, S, S], A before B
  /** Copies of both, blurred by BLUR_SIGMA, [2, 3, S, S]: methods replace parts of an image with them. */
  blurred(): Float32Array;
  /** Called before each of `total` parts of a long explanation. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A method for one network and layer. */
export interface Explainer {
  /** The programs that it runs, by name. */
  readonly tasks: Readonly<Record<string, Task>>;
  explain(run: RunTask, pair: PairInput): Promise<PairMaps>;
}

/** Explains the distance of two images on both. `layer`: whose features are used; a method without a choice of layers gets the last. */
export type Method = (spec: SiameseSpec, layer: string) => Explainer;

/** Halves a result of both images. */
export const halves = (both: Float32Array): [Float32Array, Float32Array] => [both.slice(0, both.length / 2), both.slice(both.length / 2)];

/**
 * The largest |mean over space| of the channels of each image, [N]: 0 only if the image has no features. `features`: [N, C, h, w]. Computed by
 * the program, because copying the features out of it takes longer.
 */
export function largestFeatures(b: Operations, features: Value): Value {
  const means = b.mean(features, [2, 3]);
  return b.max(b.maximum(means, b.scale(means, -1)), [1]);
}

/** For each of two images: whether it has features that are not zero. `largest`: [2], as largestFeatures. */
export const activeImages = (largest: Float32Array): [boolean, boolean] => [largest[0] !== 0, largest[1] !== 0];

/** The rows of [n, dim]. */
export const rowsOf = (embeddings: Float32Array, dim: number): Float32Array[] =>
  Array.from({ length: embeddings.length / dim }, (_, i) => embeddings.slice(i * dim, (i + 1) * dim));

/** The distance of two embeddings [dim], as pairDistance, but in float64. */
export const distanceBetween = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, DISTANCE_EPSILON ** 2));

/**
 * An explainer of one program. The task's outputs: `distance` [1], `features` [2, C, h, w], `signedMap` [2, h, w], and optionally
 * `baseline` [2]. Of the features only the size is fetched.
 */
export function singleProgram(task: Task): Explainer {
  const { distance, baseline: start, signedMap, features } = task.outputs;
  const [, , height, width] = features!.shape as [number, number, number, number];
  const { program: placed, centre, placementAt } = placeCells(task.program, features!);
  const program = new ProgramBuilder(placed);
  const outputs = {
    ...{ distance: distance!, centre, largest: largestFeatures(program, features!) },
    ...(signedMap && { signedMap }), // else computed from a gradient
    ...(start && { baseline: start }),
  };
  return {
    tasks: { maps: { ...task, program, outputs } },
    async explain(run, { images }) {
      const out = await run('maps', { images });
      const baseline = out['baseline'];
      return {
        distance: out['distance']![0]!,
        signed: halves(out['signedMap']!),
        active: activeImages(out['largest']!),
        baseline: baseline ? [baseline[0]!, baseline[1]!] : null,
        ...{ width, height, placement: placementAt(out['centre']!) },
      };
    },
  };
}
