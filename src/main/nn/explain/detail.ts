import { largestAbsolute, type MapGrid, resample } from '../../../shared/maps/field.ts';
import { Builder } from '../backbones/builder.ts';
import { backboneOf } from '../backbones/index.ts';
import { pairDistance } from '../functional/pair-distance.ts';
import type { Operations } from '../ir/operations.ts';
import type { SourceProgram } from '../ir/program.ts';
import type { Task } from '../ir/task.ts';
import type { Value } from '../ir/value.ts';
import { buildHead } from '../head.ts';
import { buildFeatures, type SiameseSpec } from '../siamese.ts';
import { activeImages, halves, largestFeatures, type Method } from './method.ts';
import { integrate, weightedMap } from './path.ts';
import { placeCells, type PlacedMap } from './receptive-field.ts';

/** Weights of base, fine 1 and fine 2, after each is scaled to a largest value of 1. */
const WEIGHTS = [2, 1, 1] as const;

/**
 * Steps of the path's integral, more than path's 160: with these the errors of the fine maps were several times those of the base map, up to
 * 1.4e-4 of the largest value (ResNet18, random weights).
 */
const STEPS = 400;

/**
 * The path map (path.ts) with two finer layers: 2 base + fine 1 + fine 2, each scaled to a largest value of 1, at the cells of fine 2. With
 * the path's gradient g and the pooled features p, the scalar g · p is differentiated once by the features F of each layer, g constant:
 *
 *   fine = sum over channels of d(g · p)/dF * (F - mean over space of F)
 *
 * The parts have no common unit, so values are not shares of the distance. The sum is multiplied by the base map's largest value / 4, so that
 * an image with little evidence still has a pale map. Without finer layers it is the path map.
 */
export const detail: Method = (spec, layer) => {
  const { task, placedMaps } = detailTask(spec, layer);
  return {
    tasks: { maps: task },
    async explain(run, { images }) {
      const out = await run('maps', { images });
      const parts = placedMaps.map(({ map: { shape }, placementAt }, k) => {
        const [, , h, w] = shape as [number, number, number, number];
        const placement = placementAt(out[`centre${k}`]!);
        return halves(out[`part${k}`]!).map((map): MapGrid => ({ map, w, h, placement }));
      });
      const finest = parts.at(-1)![0]!;
      return {
        distance: out['distance']![0]!,
        signed: [combineParts(parts.map(([a]) => a!)), combineParts(parts.map(([, b]) => b!))],
        active: activeImages(out['largest']!),
        baseline: null,
        ...{ width: finest.w, height: finest.h, placement: finest.placement! },
      };
    },
  };
};

/** The weighted sum of the parts of one image, coarse to fine, at the cells of the last one. */
export function combineParts(parts: readonly MapGrid[]): Float32Array {
  const { w, h, placement } = parts.at(-1)!;
  const sum = new Float32Array(w * h);
  parts.forEach((part, k) => {
    const largest = largestAbsolute(part.map);
    if (largest > 0) resample(part, w, h, placement).forEach((value, i) => (sum[i]! += (WEIGHTS[k]! * value) / largest));
  });
  const total = WEIGHTS.slice(0, parts.length).reduce((all, weight) => all + weight, 0);
  const unit = largestAbsolute(parts[0]!.map) / total;
  return sum.map((value) => value * unit);
}

/**
 * Images [2, 3, S, S] -> `distance` [1], `largest` [2] of the features of each image at the last layer, and `part0` … `part2`, base
 * and fine maps [2, h, w] of their layers, each with the centre of its first cell, `centre0` … `centre2`.
 */
export function detailTask(spec: SiameseSpec, layer: string): { task: Task; placedMaps: (PlacedMap & { map: Value })[] } {
  const b = new Builder(spec);
  const { detailLayers } = backboneOf(spec.backbone, spec.beside);
  const { pooled, maps } = buildFeatures(b, spec, 2, [layer, ...detailLayers]);
  const embedding = buildHead(b, spec, pooled);
  const { gradient } = integrate(b.program, spec, pooled, embedding, STEPS);
  const distance = pairDistance(b.program, embedding);
  const [features, ...fine] = maps as [Value, ...Value[]];
  const part0 = weightedMap(b.program, gradient, features);
  const largest = largestFeatures(b.program, features);
  let program: SourceProgram = b.program;
  const placedMaps = maps.map((map) => {
    const placed = placeCells(program, map);
    program = placed.program;
    return { ...placed, map };
  });
  const centres = Object.fromEntries(placedMaps.map(({ centre }, k) => [`centre${k}`, centre]));
  const task: Task = {
    program,
    outputs: { distance, largest, part0, ...centres },
    derived: {
      of: pooled,
      seed: gradient,
      wrt: fine,
      then: (e, gradients) => ({ outputs: Object.fromEntries(gradients.map((g, k) => [`part${k + 1}`, fineMap(e, g, fine[k]!)])) }),
    },
  };
  return { task, placedMaps };
}

const fineMap = (e: Operations, gradient: Value, features: Value): Value =>
  e.sum(e.mul(gradient, e.sub(features, e.mean(features, [2, 3], true))), [1]);
