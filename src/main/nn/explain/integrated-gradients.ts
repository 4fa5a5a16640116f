import { evenPlacement } from '../../../shared/maps/placement.ts';
import { Builder } from '../backbones/builder.ts';
import { DISTANCE_EPSILON } from '../functional/pair-distance.ts';
import type { Task } from '../ir/task.ts';
import { buildHead } from '../head.ts';
import { buildFeatures, embeddingSize, embeddingTask, type SiameseSpec } from '../siamese.ts';
import { distanceBetween, type Method, rowsOf } from './method.ts';

/** Points of the integral, the middles of equal parts of the path. The error of the sum of the cells is stated with every map. */
export const INTEGRAL_STEPS = 16;
const STEPS_PER_RUN = 4; // of each image: a batch of 8, whose gradients fit into memory with every backbone
/** Cells along a side. */
const CELLS = 28;
/** Standard deviation of the smoothing, as a share of the side. Gradients of neighbouring pixels differ in sign. */
export const SMOOTHING = 0.03;

/**
 * Integrated gradients on pixels (Sundararajan et al. 2017, equation 1) from a blurred copy X' of the image to the image X; the other
 * image Y stays as it is:
 *
 *   S = smooth(sum over colours of (X - X') * mean over t of dD(X' + t (X - X'), Y)/dX),   t = (k + ½) / 16
 *
 * Smoothing is a normal distribution with a standard deviation of 0.03 of the side. It keeps the sum: except for the error of the integral,
 * the cells add up to D(X, Y) - D(X', Y).
 */
export const integratedGradients: Method = (spec) => ({
  tasks: { embed: embeddingTask(spec, 'image', 4), gradients: gradientsTask(spec) },
  async explain(run, { images, blurred, onProgress }) {
    const { size } = spec;
    const start = blurred();
    const { embedding } = await run('embed', { images: Float32Array.from([...images, ...start]) });
    const [a, b, blurredA, blurredB] = rowsOf(embedding!, embeddingSize(spec)) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const difference = images.map((value, i) => value - start[i]!); // [2, 3, S, S]
    const partner = Float32Array.from(Array.from({ length: 2 * STEPS_PER_RUN }, (_, i) => [...(i < STEPS_PER_RUN ? b : a)]).flat());
    const mean = new Float32Array(images.length);
    for (let step = 0; step < INTEGRAL_STEPS; step += STEPS_PER_RUN) {
      onProgress?.(step, INTEGRAL_STEPS);
      const gradients = (await run('gradients', { images: pathImages(start, difference, step), partner }))['gradients']!;
      for (let i = 0; i < mean.length; i++) mean[i]! += gradients[i]! / INTEGRAL_STEPS;
    }
    const cells = Math.min(CELLS, size);
    const smooth = smoothingOf(cells, size);
    const [mapA, mapB] = [0, 1].map((i) => cellSums(mean, difference, { at: i * 3 * size ** 2, size }, smooth)) as [Float32Array, Float32Array];
    return {
      distance: distanceBetween(a, b),
      signed: [mapA, mapB],
      active: [true, true],
      baseline: [distanceBetween(blurredA, b), distanceBetween(a, blurredB)],
      ...{ width: cells, height: cells, placement: evenPlacement(cells, cells) },
    };
  },
});

/** Images [2m, 3, S, S], m of each image, and `partner` [2m, d], the other image's embedding -> `gradients` [2, 3, S, S], sums over m. */
export function gradientsTask(spec: SiameseSpec): Task {
  const b = new Builder(spec);
  const n = 2 * STEPS_PER_RUN;
  const { pooled } = buildFeatures(b, spec, n, []);
  const { program } = b;
  const images = program.inputs.get('images')!;
  const partner = program.input('partner', [n, embeddingSize(spec)]);
  const difference = program.sub(buildHead(b, spec, pooled), partner);
  const distance = program.sqrt(program.add(program.sum(program.square(difference), [1]), program.scalar(DISTANCE_EPSILON ** 2)));
  const [, ...shape] = images.shape;
  return {
    program,
    outputs: {},
    derived: {
      of: distance,
      wrt: [images],
      then: (e, [gradient]) => ({
        outputs: { gradients: e.reshape(e.sum(e.reshape(gradient!, [2, STEPS_PER_RUN, elementCount(shape)]), [1]), [2, ...shape]) },
      }),
    },
  };
}

const elementCount = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The next STEPS_PER_RUN images on the path of each image, from `step` on: [2m, 3, S, S]. */
function pathImages(start: Float32Array, difference: Float32Array, step: number): Float32Array {
  const row = start.length / 2;
  const batch = new Float32Array(STEPS_PER_RUN * start.length);
  for (let k = 0; k < 2 * STEPS_PER_RUN; k++) {
    const t = (step + (k % STEPS_PER_RUN) + 0.5) / INTEGRAL_STEPS;
    const from = Math.floor(k / STEPS_PER_RUN) * row;
    for (let i = 0; i < row; i++) batch[k * row + i] = start[from + i]! + t * difference[from + i]!;
  }
  return batch;
}

/** [cells, pixels]: the share of each pixel's value that a cell gets. Every column adds up to 1. */
export function smoothingOf(cells: number, pixels: number): Float64Array {
  const weights = new Float64Array(cells * pixels);
  for (let x = 0; x < pixels; x++) {
    let total = 0;
    for (let i = 0; i < cells; i++) {
      const away = (i + 0.5) / cells - (x + 0.5) / pixels;
      total += weights[i * pixels + x] = Math.exp(-(away ** 2) / (2 * SMOOTHING ** 2));
    }
    for (let i = 0; i < cells; i++) weights[i * pixels + x]! /= total;
  }
  return weights;
}

/** The products of an image's gradient and difference, summed over colours and smoothed in both directions: [cells, cells]. */
function cellSums(
  gradient: Float32Array,
  difference: Float32Array,
  { at, size: side }: { at: number; size: number },
  smooth: Float64Array,
): Float32Array {
  const cells = smooth.length / side;
  const rows = new Float64Array(side * cells); // [S, cells]
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let value = 0;
      for (let c = 0; c < 3; c++) {
        const i = at + (c * side + y) * side + x;
        value += gradient[i]! * difference[i]!;
      }
      for (let j = 0; j < cells; j++) rows[y * cells + j]! += value * smooth[j * side + x]!;
    }
  }
  const out = new Float64Array(cells * cells);
  for (let i = 0; i < cells; i++)
    for (let y = 0; y < side; y++) for (let j = 0; j < cells; j++) out[i * cells + j]! += smooth[i * side + y]! * rows[y * cells + j]!;
  return Float32Array.from(out);
}
