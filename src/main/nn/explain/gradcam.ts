import { pairDistance } from '../functional/pair-distance.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operations } from '../ir/operations.ts';
import type { Task } from '../ir/task.ts';
import type { Value } from '../ir/value.ts';
import { layerTask, type SiameseSpec } from '../siamese.ts';
import { type Explainer, type Method, type PairMaps, singleProgram } from './method.ts';

/**
 * Below this distance two embeddings differ by rounding alone, and the gradient of the distance at the pair has no direction: the maps
 * of a method that uses this gradient would be noise.
 */
export const IDENTICAL_BELOW = 1e-5;

/**
 * Grad-CAM of the distance, as published: S = sum over channels of mean_hw(dD/dF) * F, each image with its own features F [C, h, w] and
 * its own gradient. Selvaraju et al. 2017, equations 1 and 2, without the ReLU; for pairs Livieris et al. 2023, section 3.3.
 * At the last layer it is the integrand of the path method at t = 1 (path.ts).
 */
export const gradCam: Method = (spec, layer) => withoutIdentical(singleProgram(gradCamTask(spec, layer, 1)));

export const gradCamTask = (spec: SiameseSpec, layer: string, pairs: number): Task =>
  layerGradientTask(spec, layer, pairs, (e, gradient, features) => e.sum(e.mul(e.mean(gradient, [2, 3], true), features), [1]));

/**
 * Images [2P, 3, S, S], all first images before all second images -> `distance` [P], `embedding` [2P, d], and at a layer
 * `features` [2P, C, h, w] and `signedMap` [2P, h, w], which `map` computes from dD/dF and the features F. One forward pass and one gradient
 * give all maps of a pair.
 */
export function layerGradientTask(
  spec: SiameseSpec,
  layer: string,
  pairs: number,
  map: (e: Operations, gradient: Value, features: Value) => Value,
): Task {
  const { program, outputs } = layerTask(spec, layer, 2 * pairs);
  const b = new ProgramBuilder(program);
  const distance = pairDistance(b, outputs.embedding);
  const { features } = outputs;
  return {
    program: b,
    outputs: { ...outputs, distance },
    derived: { of: distance, wrt: [features], then: (e, [gradient]) => ({ outputs: { signedMap: map(e, gradient!, features) } }) },
  };
}

/** Empties the maps of a pair below IDENTICAL_BELOW. */
export function withoutIdentical(explainer: Explainer): Explainer {
  const empty = (maps: PairMaps): PairMaps => ({
    ...maps,
    signed: [new Float32Array(maps.signed[0].length), new Float32Array(maps.signed[1].length)],
  });
  return {
    ...explainer,
    async explain(run, pair) {
      const maps = await explainer.explain(run, pair);
      return maps.distance < IDENTICAL_BELOW ? empty(maps) : maps;
    },
  };
}
