import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { neighbourGraph } from '../../domain/image-map/neighbour-graph.ts';
import { placeNew } from '../../domain/image-map/place-new.ts';
import { principalPlane } from '../../domain/image-map/principal-plane.ts';
import { trustworthiness } from '../../domain/image-map/trustworthiness.ts';
import { epochsFor, layOut } from '../../domain/image-map/umap.ts';
import { randomFor } from '../../../shared/random.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { type EmbeddingRows, openEmbeddings, readNeighbours } from '../embeddings/open-embeddings.ts';
import type { LayOutRequest, LayOutResult } from '../protocol/image-map.ts';
import type { CallContext } from '../protocol/protocol.ts';

const TURN_MS = 25; // other calls of this process wait at most about this long
const ADDED_EPOCHS = 60; // of images that are added to a map: as umap-learn's transform, a third of a layout's
const CHECKED = 600; // rows that trustworthiness is measured on: 0.2 s for 512 numbers a row
const CHECKED_NEIGHBOURS = 5;

/** Throws AppError 'not-found' if the embeddings are gone or damaged, and 'cancelled'. */
export async function layOutImages(
  { embedded, seed, known }: LayOutRequest,
  { signal, progress }: CallContext<'layOutImages'>,
): Promise<LayOutResult> {
  const [embeddings, neighbours] = await Promise.all([openEmbeddings(embedded), readNeighbours(embedded)]);
  const graph = neighbourGraph(neighbours);
  const epochs = known ? ADDED_EPOCHS : epochsFor(embedded.n);
  let lastMs = performance.now();
  const pause = async (done: number): Promise<void> => {
    if (performance.now() - lastMs < TURN_MS) return;
    await yieldToOthers();
    throwIfCancelled(signal);
    lastMs = performance.now();
    progress({ done, total: epochs });
  };
  const random = randomFor(seed, 'image map');
  const xy = known ? Float64Array.from(known) : principalPlane(embeddings.rows, embeddings.d, randomFor(seed, 'image map', 'start'));
  const fixed = known ? Uint8Array.from({ length: embedded.n }, (_, i) => (Number.isNaN(known[2 * i]!) ? 0 : 1)) : undefined;
  if (fixed) placeNew(graph, xy, fixed);
  throwIfCancelled(signal);
  await layOut(graph, xy, { epochs, random, pause, fixed });
  return { xy: Float32Array.from(xy), trustworthiness: trustOf(embeddings, xy) };
}

function trustOf({ rows, n, d }: EmbeddingRows, xy: Float64Array): number | null {
  const every = Math.max(1, n / CHECKED);
  const sample = Array.from({ length: Math.min(n, CHECKED) }, (_, i) => Math.floor(i * every));
  if (sample.length < 20) return null;
  const squared = (a: number, b: number): number => {
    let sum = 0;
    for (let c = 0, [i, j] = [sample[a]! * d, sample[b]! * d]; c < d; c++) sum += (rows[i + c]! - rows[j + c]!) ** 2;
    return sum;
  };
  const shown = Float64Array.from({ length: 2 * sample.length }, (_, at) => xy[2 * sample[at >> 1]! + (at % 2)]!);
  return trustworthiness(sample.length, squared, shown, CHECKED_NEIGHBOURS);
}
