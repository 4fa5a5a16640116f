import { SPLITS } from '../../../shared/dataset.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';
import { type Random, randomFor } from '../../../shared/random.ts';
import type { Retrieval, RunStructure } from '../../../shared/structure.ts';
import { assertEvaluable } from '../../domain/evaluate/check.ts';
import { pairDistance } from '../../domain/evaluate/distances.ts';
import { unitsOfPairs } from '../../domain/evaluate/units.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { Relevance } from '../../domain/retrieval/relevance.ts';
import { type RankedPair, retrievalFigures } from '../../domain/retrieval/summary.ts';
import { chooseQueries, type Items, itemsOf } from '../../domain/structure/items.ts';
import { neighbourClasses } from '../../domain/structure/neighbour-classes.ts';
import { type Names, pairFigures, type TestPairs } from '../../domain/structure/pair-figures.ts';
import { embedFrom } from '../embed/embed.ts';
import { CachedFeatures, partsOf } from '../embed/feature-source.ts';
import { openEngine } from '../engine/engine-choice.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { DatasetImages } from '../images/dataset-images.ts';
import { specOf } from '../../nn/siamese.ts';
import { readModel } from '../model/checkpoint.ts';
import type { CallContext, StructureRequest, StructureResult } from '../protocol/protocol.ts';
import { centredGallery, Gallery } from './gallery.ts';
import { type Neighbours, neighboursOf } from './neighbours.ts';

const MAX_FLOATS = 1e8; // of the gallery's features: 400 MB

type Context = Pick<CallContext<'measureStructure'>, 'signal' | 'progress'>;

/**
 * Neighbours and classes of a run; see RunStructure. Reads and caches the pooled features of all images; the embeddings are computed from
 * these. Throws AppError 'bad-image' or 'not-found' for an unreadable image, 'cancelled', and as assertEvaluable does.
 */
export async function measureStructure(request: StructureRequest, { signal, progress }: Context): Promise<StructureResult> {
  const { model, caches, images, root } = request;
  const { config } = model;
  const engine = await openNetworkEngine(model);
  const params = readModel(model);
  const features = new CachedFeatures({ engine, config: { ...config, augmentation: null }, entry: 'pooled', params, caches });
  const random = randomFor(1, 'structure'); // the same sample for all runs, so that their figures differ by the network alone
  try {
    const items = itemsOf(images, request.identities, Math.floor(MAX_FLOATS / features.rowLength), random);
    const found = new DatasetImages(images, root);
    const sources = Array.from(items.positions, (i) => found.sourceAt(i));
    await features.prepare(sources, { signal, onProgress: (done, total) => progress({ stage: 'images', done, total }) });
    const embeddings = await embedFrom(features, engine, specOf(config), 'pooled', params, sources, signal);
    const pooled = new Gallery(sources.length, features.rowLength);
    let at = 0;
    for await (const [part, rows] of features.batches(partsOf(sources)))
      for (let i = 0; i < part.images.length; i++, at++) pooled.setUnit(at, rows.subarray(i * features.rowLength, (i + 1) * features.rowLength));
    const pairs = testPairs(request, items, embeddings, pooled);
    const classes = classesOfTest(images);
    const ranked = await rankNeighbours(items, embeddings, pooled, random, { signal, progress });
    const { recall1, ...neighbours } = neighbourFigures(request, items, classes, ranked);
    const contradicting = Uint8Array.from(items.itemOf, (item) => (item < 0 ? 0 : items.contradicting[item]!));
    const { perClass, ...figures } = pairFigures(pairs, { threshold: request.threshold, classes, groups: request.groups, contradicting });
    return { ...figures, ...neighbours, perClass: perClass.map((one, c) => ({ ...one, recall1: recall1[c]! })) };
  } finally {
    await features.close();
  }
}

function testPairs({ images, pairs: packed, units }: StructureRequest, items: Items, embeddings: Float32Array, pooled: Gallery): TestPairs {
  const pairs = unpackPairs(packed);
  const positionOf = new Map(Array.from(images.ids, (id, i) => [id, i]));
  const a = Int32Array.from(pairs, (pair) => positionOf.get(pair.a)!);
  const b = Int32Array.from(pairs, (pair) => positionOf.get(pair.b)!);
  const d = embeddings.length / items.positions.length;
  const embedding = (i: number): Float32Array => embeddings.subarray(items.itemOf[i]! * d, (items.itemOf[i]! + 1) * d);
  const labels = Uint8Array.from(pairs, ({ label }) => label);
  const distances = Float64Array.from(a, (i, k) => pairDistance(embedding(i), embedding(b[k]!)));
  assertEvaluable(distances, labels, 'test');
  const cosine = Float64Array.from(a, (i, k) => -pooled.dot(items.itemOf[i]!, items.itemOf[b[k]!]!));
  return { labels, distances, cosine, units: unitsOfPairs(pairs, images.ids, units), a, b };
}

/** Classes of the test images by natural order. */
function classesOfTest({ classes, classOf, splits }: StructureRequest['images']): Names {
  const isTest = (i: number): boolean => SPLITS[splits[i]!] === 'test';
  const used = new Set(classOf.filter((_, i) => isTest(i)));
  const order = [...used].sort((x, y) => byNaturalOrder(classes[x]!, classes[y]!));
  const rank = new Map(order.map((c, position) => [c, position]));
  return { names: order.map((c) => classes[c]!), of: Int32Array.from(classOf, (c, i) => (isTest(i) ? rank.get(c)! : -1)) };
}

interface RankedNeighbours {
  queries: number[];
  fullCount: number;
  embedding: Neighbours[];
  features: Neighbours[];
}

async function rankNeighbours(
  items: Items,
  embeddings: Float32Array,
  pooled: Gallery,
  random: Random,
  { signal, progress }: Context,
): Promise<RankedNeighbours> {
  const length = embeddings.length / items.positions.length;
  const { queries, fullCount } = chooseQueries(items, length + pooled.d, random);
  const relevance = { test: new Relevance(items.identities.slice(0, items.test)), all: new Relevance(items.identities) };
  const engine = await openEngine('onnx', 'cpu');
  let done = 0;
  const onDone = (count: number): void => progress({ stage: 'queries', done: (done += count), total: 2 * queries.length });
  const rank = (gallery: Gallery, space: 'embedding' | 'features'): Promise<Neighbours[]> =>
    neighboursOf({ gallery, space, queries, fullCount, ...relevance }, engine, { signal, onDone });
  const embedding = await rank(centredGallery(embeddings, length), 'embedding');
  return { queries, fullCount, embedding, features: await rank(pooled, 'features') };
}

function neighbourFigures(
  { units }: StructureRequest,
  items: Items,
  classes: Names,
  { queries, fullCount, embedding, features }: RankedNeighbours,
): Pick<RunStructure, 'retrieval' | 'neighbours'> & { recall1: (number | null)[] } {
  const retrieval = (['test', 'all'] as const).flatMap((among): Retrieval[] => {
    const count = among === 'test' ? queries.length : fullCount;
    const ranked = queries.slice(0, count).flatMap((query, i): RankedPair[] => {
      const pair = { embedding: embedding[i]![among], features: features[i]![among] };
      return pair.embedding && pair.features
        ? [{ unit: units.of[items.positions[query]!]!, embedding: pair.embedding, features: pair.features }]
        : [];
    });
    if (ranked.length === 0) return [];
    const gallery = among === 'test' ? items.test : items.positions.length;
    const galleryAvailable = among === 'test' ? items.test : items.test + items.others;
    const withoutPositive = count - ranked.length;
    return [{ among, withoutPositive, available: items.test, gallery, galleryAvailable, over: units.over, ...retrievalFigures(ranked) }];
  });
  const classOf = Int32Array.from(items.positions, (i) => classes.of[i]!);
  const classed = queries.flatMap((query, i) => (embedding[i]!.test ? [{ from: classOf[query]!, ranked: embedding[i]!.test }] : []));
  const { confusions, recall1 } = neighbourClasses(classed, classOf, classes.names.length);
  return { retrieval, neighbours: confusions, recall1 };
}
