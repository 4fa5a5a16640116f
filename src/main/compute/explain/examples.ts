import { join } from 'node:path';
import { EXAMPLES, type ImageExamples, type LabelledExample, type LabelledImage, MAX_COMPARED_IMAGES } from '../../../shared/examples.ts';
import { randomFor } from '../../../shared/random.ts';
import { ImageTable, type PackedImage } from '../../domain/pairs/packed.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { CachedFeatures, partsOf } from '../embed/feature-source.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { FORWARD_BATCH } from '../images/batches.ts';
import { DatasetImages } from '../images/dataset-images.ts';
import { inspectContent } from '../images/images.ts';
import { readModel } from '../model/checkpoint.ts';
import type { CallContext, ExamplesRequest, ExamplesResult, ReadExamplesRequest, SourceImage } from '../protocol/protocol.ts';

type Context = Pick<CallContext<'readExamples'>, 'signal' | 'progress'>;

/** The training and validation images that are compared, and their cached pooled features. */
interface Candidates {
  table: ImageTable;
  available: number; // before sampling
  positions: readonly number[]; // in `table`
  sources: readonly SourceImage[];
  features: CachedFeatures;
}

/** Positions of the training and validation images, or of `limit` of them, sampled with the run's seed; ascending. */
export function comparedPositions(table: ImageTable, seed: number, limit = MAX_COMPARED_IMAGES): { available: number; positions: number[] } {
  const all = [...table.inSplit('train'), ...table.inSplit('valid')];
  const chosen = all.length <= limit ? all : randomFor(seed, 'examples').shuffle(all).slice(0, limit);
  return { available: all.length, positions: chosen.sort((a, b) => a - b) };
}

async function openCandidates({ model, caches, root, images }: ReadExamplesRequest): Promise<Candidates> {
  const { config } = model;
  const table = new ImageTable(images);
  const { available, positions } = comparedPositions(table, config.seed);
  const found = new DatasetImages(images, root);
  const engine = await openNetworkEngine(model);
  const options = { engine, config: { ...config, augmentation: null }, entry: 'pooled', params: readModel(model), caches } as const;
  return { table, available, positions, sources: positions.map((i) => found.sourceAt(i)), features: new CachedFeatures(options) };
}

/** Computes and caches the pooled features of the labelled images. Throws AppError 'bad-image' or 'not-found' for an unreadable one, 'cancelled'. */
export async function readExamples(request: ReadExamplesRequest, { signal, progress }: Context): Promise<null> {
  const { features, sources } = await openCandidates(request);
  try {
    await features.prepare(sources, { signal, onProgress: (done, total) => progress({ done, total }) });
    return null;
  } finally {
    await features.close();
  }
}

/**
 * The labelled images with the largest cosine to each image of a pair; see PairExamples. If more than a batch of labelled images lacks
 * features, their number instead: readExamples computes them. Throws AppError 'bad-image', 'not-found' or 'cancelled'.
 */
export async function findExamples(request: ExamplesRequest, { signal }: Context): Promise<ExamplesResult> {
  const candidates = await openCandidates(request);
  const { table, available, positions, sources, features } = candidates;
  try {
    const unread = features.countMissing(sources);
    if (unread > FORWARD_BATCH) return { unread };
    const queries = request.files.map((file, i): SourceImage => ({ file, sha256: request.sha256[i]! }));
    await features.prepare([...queries, ...sources], { signal });
    const cosines = await cosinesOf(candidates, queries, signal);
    const classes = [...new Set(request.classes.filter((name) => name !== null))];
    const images = await Promise.all(
      queries.map(async (query, i) => {
        const content = contentInTable(table, query.sha256) ?? (await inspectContent(query.file)).content;
        return examplesFor(candidates, { ...query, content }, { cosines: cosines[i]!, classes, root: request.root });
      }),
    );
    const classCount = new Set(positions.map((i) => table.at(i).className)).size;
    return { compared: positions.length, available, classCount, classes, images: images as [ImageExamples, ImageExamples] };
  } finally {
    await features.close();
  }
}

/** The cosine of each query with each candidate: [queries][candidates]. 0 for features that are all zero. */
async function cosinesOf({ sources, features }: Candidates, queries: readonly SourceImage[], signal: AbortSignal): Promise<Float64Array[]> {
  const rows: { row: Float32Array; norm: number }[] = [];
  for await (const [, both] of features.batches([{ images: queries }])) {
    for (let i = 0; i < queries.length; i++) {
      const row = both.slice(i * features.rowLength, (i + 1) * features.rowLength);
      rows.push({ row, norm: Math.sqrt(dot(row, row)) });
    }
  }
  const cosines = queries.map(() => new Float64Array(sources.length));
  let at = 0;
  for await (const [part, batch] of features.batches(partsOf(sources))) {
    throwIfCancelled(signal);
    for (let i = 0; i < part.images.length; i++, at++) {
      const candidate = batch.subarray(i * features.rowLength, (i + 1) * features.rowLength);
      const norm = Math.sqrt(dot(candidate, candidate));
      rows.forEach((query, q) => {
        const product = norm * query.norm;
        cosines[q]![at] = product > 0 ? dot(candidate, query.row) / product : 0;
      });
    }
  }
  return cosines;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The content of an image of the data set with these bytes, of any split; null if there is none. */
function contentInTable(table: ImageTable, sha256: string): string | null {
  for (let i = 0; i < table.length; i++) if (table.sha256(i) === sha256) return table.at(i).content;
  return null;
}

interface Ranking {
  cosines: Float64Array; // of the candidates
  classes: readonly string[];
  root: string;
}

function examplesFor(
  { table, positions }: Candidates,
  { file, sha256, content }: SourceImage & { content: string },
  { cosines, classes, root }: Ranking,
): ImageExamples {
  const isCopy = (image: PackedImage): boolean => image.sha256 === sha256 || image.content === content;
  const order = Array.from(positions.keys()).sort((x, y) => cosines[y]! - cosines[x]!);
  const nearest: LabelledExample[] = [];
  const ofClasses = classes.map((): LabelledExample[] => []);
  const ofOthers: LabelledExample[] = [];
  const seen = new Map<string, LabelledExample>(); // by content
  for (const k of order) {
    const image = table.at(positions[k]!);
    if (isCopy(image)) continue;
    const known = seen.get(image.content);
    if (known) {
      if (known.className !== image.className && !known.otherClasses.includes(image.className)) known.otherClasses.push(image.className);
      continue;
    }
    const ofClass = ofClasses[classes.indexOf(image.className)] ?? (classes.length > 0 ? ofOthers : nearest);
    const lists = [...new Set([nearest, ofClass])].filter((list) => list.length < EXAMPLES);
    if (lists.length === 0) continue;
    const example: LabelledExample = { ...labelledImage(image), cosine: Math.min(1, cosines[k]!), otherClasses: [] };
    seen.set(image.content, example);
    for (const list of lists) list.push(example);
  }
  const copies = [...table.inSplit('train'), ...table.inSplit('valid')].map((i) => table.at(i)).filter(isCopy);
  const isItself = (image: PackedImage): boolean => join(root, ...image.file.split('/')) === file;
  return { nearest, ofClasses, ofOthers, copies: copies.filter((image) => !isItself(image)).map(labelledImage) };
}

const labelledImage = ({ id, file, className, split }: PackedImage): LabelledImage => ({
  id,
  file,
  className,
  split: split as LabelledImage['split'],
});
