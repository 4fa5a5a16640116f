import type { RunConfig } from '../../../shared/run.ts';
import type { Pair } from '../../../shared/dataset.ts';
import { randomFor } from '../../../shared/random.ts';
import { pairDistances } from '../../domain/evaluate/distances.ts';
import { contentsOf } from '../../domain/pairs/contents.ts';
import type { TrainImage } from '../../domain/pairs/sample-pairs.ts';
import { Relevance } from '../../domain/retrieval/relevance.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { specOf } from '../../nn/siamese.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { embedFrom } from '../embed/embed.ts';
import { type FeatureSource, partsOf } from '../embed/feature-source.ts';
import { openEngine } from '../engine/engine-choice.ts';
import type { NetworkEngine } from '../engine/network-engine.ts';
import type { DatasetImages } from '../images/dataset-images.ts';
import { centredGallery, Gallery } from '../structure/gallery.ts';
import { neighboursOf } from '../structure/neighbours.ts';
import { probeStart } from '../train/probe-start.ts';

/** Validation images as queries of a search among themselves. */
export interface Queries {
  ids: number[]; // an image of each content
  relevance: Relevance; // of the contents
  asked: number[]; // positions of those that have another same image
}

const MAX_QUERIES = 3000; // of more a sample, the same for all encoders

/** One query for each content of `images`, the validation images; at most MAX_QUERIES are asked. */
export function queriesOf(images: readonly TrainImage[]): Queries {
  const { ids, identities } = contentsOf(images);
  const relevance = new Relevance(identities);
  const answerable = ids.flatMap((_, i) => (relevance.sameAs(i).length > 1 ? [i] : []));
  const asked = answerable.length <= MAX_QUERIES ? answerable : randomFor(1, 'queries').shuffle(answerable).slice(0, MAX_QUERIES);
  return { ids: ids.map(([first]) => first!), relevance, asked: asked.sort((a, b) => a - b) };
}

export interface Scoring {
  engine: NetworkEngine;
  /** The run that a training with this encoder would make, with frozen features (scope head) and a head that is a probe. */
  config: RunConfig;
  source: FeatureSource; // of pooled features, prepared for the images
  params: TensorMap; // of the whole network
  images: DatasetImages;
  queries: Queries;
  pairs: readonly Pair[]; // of validation images
  signal: AbortSignal;
}

/** Distances of the pairs [pairs], and for each query whether its nearest other image is the same [queries]. */
export interface Scores {
  distances: Float64Array;
  hits: Uint8Array;
}

/** By the cosine of pooled features. */
export async function scorePlain(scoring: Scoring): Promise<Scores> {
  const { source, images, queries, pairs, signal } = scoring;
  const { ids, rowOf } = imageRows(scoring);
  const gallery = new Gallery(ids.length, source.rowLength);
  let at = 0;
  for await (const [part, rows] of source.batches(partsOf(ids.map((id) => images.source(id))))) {
    throwIfCancelled(signal);
    for (let i = 0; i < part.images.length; i++, at++) gallery.setUnit(at, rows.subarray(i * source.rowLength, (i + 1) * source.rowLength));
  }
  const distances = Float64Array.from(pairs, ({ a, b }) => 1 - gallery.dot(rowOf.get(a)!, rowOf.get(b)!));
  const searched = new Gallery(queries.ids.length, source.rowLength);
  const row = new Float32Array(source.rowLength);
  for (const [i, id] of queries.ids.entries()) {
    gallery.copyRow(rowOf.get(id)!, row, 0);
    searched.set(i, row);
  }
  return { distances, hits: await hitsOf(searched, 'features', queries, signal) };
}

/**
 * By the embedding of a linear probe that is fitted to `training`, the training images. Throws AppError 'bad-dataset' if they are of fewer than
 * two classes.
 */
export async function scoreProbe(scoring: Scoring, training: readonly TrainImage[]): Promise<Scores> {
  const { engine, config, source, images, queries, pairs, signal } = scoring;
  const head = await probeStart({ ...scoring, trainImages: training });
  const params = new Map([...scoring.params, ...head]);
  const { ids, rowOf } = imageRows(scoring);
  const sources = ids.map((id) => images.source(id));
  const embeddings = await embedFrom(source, engine, specOf(config), 'pooled', params, sources, signal); // [images, d]
  const d = embeddings.length / ids.length;
  const searched = new Float32Array(queries.ids.length * d);
  for (const [i, id] of queries.ids.entries()) searched.set(embeddings.subarray(rowOf.get(id)! * d, (rowOf.get(id)! + 1) * d), i * d);
  return {
    distances: pairDistances(pairs, embeddings, rowOf),
    hits: await hitsOf(centredGallery(searched, d), 'embedding', queries, signal),
  };
}

/** The images of pairs and queries, and the row of each. */
function imageRows({ pairs, queries }: Scoring): { ids: number[]; rowOf: Map<number, number> } {
  const ids = [...new Set([...pairs.flatMap(({ a, b }) => [a, b]), ...queries.ids])].sort((x, y) => x - y);
  return { ids, rowOf: new Map(ids.map((id, row) => [id, row])) };
}

async function hitsOf(gallery: Gallery, space: 'embedding' | 'features', { asked, relevance }: Queries, signal: AbortSignal): Promise<Uint8Array> {
  if (asked.length === 0) return new Uint8Array();
  const cpu = await openEngine('onnx', 'cpu');
  const request = { gallery, space, queries: asked, fullCount: 0, test: relevance, all: relevance };
  const found = await neighboursOf(request, cpu, { signal, onDone: () => undefined });
  return Uint8Array.from(found, ({ test }) => Number(test!.firstRank === 1));
}
