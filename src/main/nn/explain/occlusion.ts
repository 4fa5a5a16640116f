import { evenPlacement } from '../../../shared/maps/placement.ts';
import { embeddingSize, embeddingTask } from '../siamese.ts';
import { distanceBetween, type Method, rowsOf } from './method.ts';

/** Patches along a side. A forward pass has one row of them. */
export const OCCLUSION_GRID = 9;
const PATCH = 2; // cells along a side of a patch: neighbouring patches overlap by half

/**
 * Occlusion (Zeiler and Fergus 2014, section 4.2): a square patch of the image X is replaced by its blurred copy; the other image Y stays
 * as it is. There are 9 × 9 patches of 2/9 of the side, each centred on its cell; the outer ones are cut at the edges.
 *
 *   S = D(X, Y) - D(X with the patch replaced, Y)
 *
 * It needs only embeddings, so it works for every network, also one without feature maps. 81 forward passes an image.
 */
export const occlusion: Method = (spec) => ({
  tasks: { embed: embeddingTask(spec, 'image', OCCLUSION_GRID) },
  async explain(run, { images, blurred, onProgress }) {
    const row = images.length / 2;
    const fill = blurred();
    const batch = new Float32Array(OCCLUSION_GRID * row);
    const embed = async (): Promise<Float32Array[]> => rowsOf((await run('embed', { images: batch }))['embedding']!, embeddingSize(spec));
    batch.set(images);
    const [a, b] = (await embed()) as [Float32Array, Float32Array];
    const distance = distanceBetween(a, b);
    const mapOf = async (i: 0 | 1): Promise<Float32Array> => {
      const [image, replacement] = [images, fill].map((both) => both.subarray(i * row, (i + 1) * row)) as [Float32Array, Float32Array];
      const map: number[] = [];
      for (let y = 0; y < OCCLUSION_GRID; y++) {
        onProgress?.(i * OCCLUSION_GRID + y, 2 * OCCLUSION_GRID);
        for (let x = 0; x < OCCLUSION_GRID; x++) {
          const into = batch.subarray(x * row, (x + 1) * row);
          into.set(image);
          replacePatch(into, replacement, { x, y, size: spec.size });
        }
        map.push(...(await embed()).map((embedding) => distance - distanceBetween(embedding, i === 0 ? b : a)));
      }
      return Float32Array.from(map);
    };
    return {
      distance,
      signed: [await mapOf(0), await mapOf(1)],
      active: [true, true],
      baseline: null,
      ...{ width: OCCLUSION_GRID, height: OCCLUSION_GRID, placement: evenPlacement(OCCLUSION_GRID, OCCLUSION_GRID) },
    };
  },
});

/** Replaces the patch around cell x, y of an image [3, S, S]. */
function replacePatch(image: Float32Array, by: Float32Array, { x, y, size }: { x: number; y: number; size: number }): void {
  const edges = (cell: number): [number, number] => [
    (cell + 0.5 - PATCH / 2) * (size / OCCLUSION_GRID),
    (cell + 0.5 + PATCH / 2) * (size / OCCLUSION_GRID),
  ];
  const [left, right] = edges(x).map((at) => Math.round(Math.min(size, Math.max(0, at)))) as [number, number];
  const [top, bottom] = edges(y).map((at) => Math.round(Math.min(size, Math.max(0, at)))) as [number, number];
  for (let c = 0; c < 3; c++) {
    for (let line = top; line < bottom; line++) {
      const from = (c * size + line) * size;
      image.set(by.subarray(from + left, from + right), from + left);
    }
  }
}
