import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { BLUR_SIGMA, type ImageCheck, RECIPE, ROLLED_MAPS } from '../../../shared/faithfulness.ts';
import { upsample } from '../../../shared/maps/field.ts';
import { randomFor } from '../../../shared/random.ts';
import { blur } from '../../domain/faithfulness/blur.ts';
import { checkMap, type DistancesAfter, type Fill, type Removal } from '../../domain/faithfulness/check-map.ts';
import { drawRolls, rollMap } from '../../domain/faithfulness/rolls.ts';
import { pairDistance } from '../../domain/evaluate/distances.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { FORWARD_BATCH, normaliseInto } from '../images/batches.ts';
import { decodeSquare } from '../images/images.ts';
import type { CallContext, CheckMapsRequest, CheckMapsResult, ModelRef, SourceImage } from '../protocol/protocol.ts';
import { type Embedder, useEmbedder } from './embedder.ts';

/** An image as the network reads it, and what replaces parts of it. All [3, S, S], normalised. */
interface Planes extends Record<Fill, Float32Array | null> {
  image: Float32Array;
}

/**
 * Checks the maps of a pair: does the distance move more when the marked parts are removed than when the parts that rolled maps mark are?
 * About 150 forward passes an image, in batches. Throws AppError 'bad-image', 'not-found' or 'cancelled'.
 */
export async function checkMaps(request: CheckMapsRequest, { signal, progress }: CallContext<'checkMaps'>): Promise<CheckMapsResult> {
  const { model, modelSha256, files, sha256, signed, width, height, placement } = request;
  const { size } = model.config;
  const squares = await Promise.all(files.map((file, i) => decodeFor(model, file, sha256[i]!)));
  const donor = await firstReadable(model, request.donors);
  const pixels = squares.map((square) => createHash('sha256').update(square).digest('hex')) as [string, string];
  const planes = squares.map((square) => planesOf(model, square, donor?.square ?? null));
  const enlarge = (map: Float32Array): Float32Array => upsample(map, width, height, size, size, placement);
  return useEmbedder(model, modelSha256, FORWARD_BATCH, async (embedder) => {
    const unchanged = await embedder.embed(
      planes.map(
        ({ image }) =>
          (into: Float32Array) =>
            into.set(image),
      ),
    );
    const distance = pairDistance(unchanged[0]!, unchanged[1]!);
    const images: ImageCheck[] = [];
    for (const [i, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const rolls = drawRolls(width, height, ROLLED_MAPS, randomFor(RECIPE, 'rolls', pixels[i], pixels[other]));
      const after: DistancesAfter = async (removals) => {
        const done = i * removals.length; // removals of the first image: about as many
        const onBatch = (n: number): void => progress({ done: done + n, total: 2 * removals.length });
        const embeddings = await embedRemovals(embedder, planes[i]!, removals, { signal, onBatch });
        return embeddings.map((embedding) => pairDistance(embedding, unchanged[other]!));
      };
      const rolled = rolls.map((roll) => enlarge(rollMap(signed[i], width, height, roll)));
      const check = await checkMap({ map: enlarge(signed[i]), rolled, hasDonor: donor !== null }, distance, after);
      images.push({ pixels: pixels[i], ...check });
    }
    return { distance, images: images as [ImageCheck, ImageCheck], donor: donor && donor.index };
  });
}

interface EmbedOptions {
  signal: AbortSignal;
  onBatch?(done: number): void;
}

/** Embeddings of perturbed copies of an image, one for each removal. Throws AppError 'cancelled'. */
export async function embedRemovals(
  { embed, batch }: Embedder,
  planes: Planes,
  removals: readonly Removal[],
  { signal, onBatch }: EmbedOptions,
): Promise<Float32Array[]> {
  const out: Float32Array[] = [];
  while (out.length < removals.length) {
    throwIfCancelled(signal);
    const part = removals.slice(out.length, out.length + batch);
    out.push(
      ...(await embed(
        part.map(
          ({ weights, fill }) =>
            (into: Float32Array) =>
              blend(into, planes.image, planes[fill]!, weights()),
        ),
      )),
    );
    onBatch?.(out.length);
  }
  return out;
}

/** into = image + weights (fill - image). `into`, `image`, `fill` [3, S, S], `weights` [S, S]. */
export function blend(into: Float32Array, image: Float32Array, fill: Float32Array, weights: Float32Array): void {
  into.set(image);
  const area = weights.length;
  for (let p = 0; p < area; p++) {
    const weight = weights[p]!;
    if (weight === 0) continue;
    for (let i = p; i < into.length; i += area) into[i] = weight === 1 ? fill[i]! : image[i]! + weight * (fill[i]! - image[i]!);
  }
}

/** An image and its fills as planes. `square`, `donor`: RGB [S, S, 3]. */
export function planesOf({ config: { size, preprocessing } }: ModelRef, square: Uint8Array, donor: Uint8Array | null): Planes {
  const normalise = (pixels: Uint8Array): Float32Array => {
    const planes = new Float32Array(pixels.length);
    normaliseInto(planes, 0, pixels, preprocessing);
    return planes;
  };
  return { image: normalise(square), blur: normalise(blur(square, size, size, BLUR_SIGMA * size)), donor: donor && normalise(donor) };
}

/** Decodes an image as the network reads it: RGB [S, S, 3]. */
export const decodeFor = ({ config: { size, resampling, sampleBits } }: ModelRef, file: string, sha256: string | null): Promise<Uint8Array> =>
  decodeSquare(file, size, { resampling, sampleBits, ...(sha256 === null ? {} : { sha256 }) });

/** The first donor that can be read; null if none can. */
async function firstReadable(model: ModelRef, donors: readonly SourceImage[]): Promise<{ index: number; square: Uint8Array } | null> {
  for (const [index, { file, sha256 }] of donors.entries()) {
    try {
      return { index, square: await decodeFor(model, file, sha256) };
    } catch (error) {
      if (!(error instanceof AppError) || !['bad-image', 'not-found'].includes(error.code)) throw error;
    }
  }
  return null;
}
