import type { CellPlacement } from '../../../shared/maps/placement.ts';
import type { Task } from '../ir/task.ts';
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
  /** D with this image's pooled features set to 0, if the method integrates from there: the cells add up to D(A, B) less this. */
  baseline: [number, number] | null;
}

/** Runs one of an explainer's tasks. */
export type RunTask = (task: string, inputs: Readonly<Record<string, Float32Array>>) => Promise<Record<string, Float32Array>>;

/** A method for one network and layer. */
export interface Explainer {
  /** The programs that it runs, by name. */
  readonly tasks: Readonly<Record<string, Task>>;
  /** `images`: [2, 3, S, S], A before B. */
  explain(run: RunTask, images: Float32Array): Promise<PairMaps>;
}

/** Explains the distance of two images on both. `layer`: whose features are used; a method without a choice of layers gets the last. */
export type Method = (spec: SiameseSpec, layer: string) => Explainer;

/** Halves a result of both images. */
export const halves = (both: Float32Array): [Float32Array, Float32Array] => [both.slice(0, both.length / 2), both.slice(both.length / 2)];

const isActive = (features: Float32Array): boolean => features.some((value) => value !== 0);

/**
 * An explainer of one program. Its outputs: `distance` [1], `features` [2, C, h, w], `signedMap` [2, h, w], and optionally `baseline` [2].
 */
export function singleProgram(task: Task): Explainer {
  const features = task.outputs['features']!;
  const [, , height, width] = features.shape as [number, number, number, number];
  const { program, centre, placementAt } = placeCells(task.program, features);
  return {
    tasks: { maps: { ...task, program, outputs: { ...task.outputs, centre } } },
    async explain(run, images) {
      const out = await run('maps', { images });
      const [a, b] = halves(out['features']!).map(isActive) as [boolean, boolean];
      const baseline = out['baseline'];
      return {
        distance: out['distance']![0]!,
        signed: halves(out['signedMap']!),
        active: [a, b],
        baseline: baseline ? [baseline[0]!, baseline[1]!] : null,
        ...{ width, height, placement: placementAt(out['centre']!) },
      };
    },
  };
}
