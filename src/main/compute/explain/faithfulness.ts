import { createHash } from 'node:crypto';
import { DONORS, type ImageCheck, ROLLED_MAPS, SEED_VERSION } from '../../../shared/faithfulness.ts';
import { upsample } from '../../../shared/maps/field.ts';
import { randomFor } from '../../../shared/random.ts';
import { checkMap, type DistancesAfter, type Removal } from '../../domain/faithfulness/check-map.ts';
import { drawRolls, type Roll, rollMap } from '../../domain/faithfulness/rolls.ts';
import { pairDistance } from '../../domain/evaluate/distances.ts';
import { FORWARD_BATCH } from '../images/batches.ts';
import type { CallContext, CheckMapsRequest, CheckMapsResult, ModelRef, SourceImage } from '../protocol/protocol.ts';
import { copyOf, embedInBatches, type Embedder, useEmbedder, type WriteImage } from './embedder.ts';
import { blend, decodeFor, decodePair, isUnreadable, type PixelPair, type Planes, planesOf } from './pixels.ts';

/**
 * Checks the maps of a pair: does the distance move more when the marked parts are removed than when the parts that rolled maps mark are?
 * About 160 forward passes an image, in batches. Throws AppError 'bad-image', 'not-found' or 'cancelled'.
 */
export async function checkMaps(request: CheckMapsRequest, { signal, progress }: CallContext<'checkMaps'>): Promise<CheckMapsResult> {
  const { model, modelSha256, signed, width, height, placement } = request;
  const { size } = model.config;
  const squares = await decodePair(request);
  const donors = await readDonors(model, request.donors);
  const pixels = pixelHashes(squares);
  const planes = squares.map((square) =>
    planesOf(
      model,
      square,
      donors.map((donor) => donor.square),
    ),
  );
  const enlarge = (map: Float32Array): Float32Array => upsample(map, width, height, size, size, placement);
  return useEmbedder(model, modelSha256, FORWARD_BATCH, async (embedder) => {
    const unchanged = await embedder.embed(planes.map(({ image }) => copyOf(image)));
    const distance = pairDistance(unchanged[0]!, unchanged[1]!);
    const images: ImageCheck[] = [];
    for (const [i, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const rolls = rollsOf(pixels, i, width, height);
      const after: DistancesAfter = async (removals) => {
        const done = i * removals.length; // the first image had about as many removals
        const onBatch = (n: number): void => progress({ done: done + n, total: 2 * removals.length });
        const embeddings = await embedRemovals(embedder, planes[i]!, removals, { signal, onBatch });
        return embeddings.map((embedding) => pairDistance(embedding, unchanged[other]!));
      };
      const rolled = rolls.map((roll) => enlarge(rollMap(signed[i], width, height, roll)));
      const check = await checkMap({ map: enlarge(signed[i]), rolled, donors: donors.length }, distance, after);
      images.push({ pixels: pixels[i], ...check });
    }
    return { distance, images: images as [ImageCheck, ImageCheck], donors: donors.map(({ index }) => index) };
  });
}

/** SHA-256 of the pixels that the network reads, of each image. */
export const pixelHashes = (squares: PixelPair): [string, string] =>
  squares.map((square) => createHash('sha256').update(square).digest('hex')) as [string, string];

/** The rolls of one image's map [height, width]: the same whenever the pair is checked, whichever image is A. */
export const rollsOf = (pixels: readonly [string, string], image: 0 | 1, width: number, height: number): Roll[] =>
  drawRolls(width, height, ROLLED_MAPS, randomFor(SEED_VERSION, 'rolls', pixels[image], pixels[1 - image]!));

interface EmbedOptions {
  signal: AbortSignal;
  onBatch?: ((done: number) => void) | undefined;
}

/** Embeddings of perturbed copies of an image, one for each removal. Throws AppError 'cancelled'. */
export const embedRemovals = (embedder: Embedder, planes: Planes, removals: readonly Removal[], options: EmbedOptions): Promise<Float32Array[]> =>
  embedInBatches(
    embedder,
    removals.map(
      ({ weights, fill }): WriteImage =>
        (into) =>
          blend(into, planes.image, fill === 'blur' ? planes.blur : planes.donors[fill]!, weights()),
    ),
    options,
  );

/** The first DONORS of the candidates that can be read, decoded. `index`: in `candidates`. */
async function readDonors(model: ModelRef, candidates: readonly SourceImage[]): Promise<{ index: number; square: Uint8Array }[]> {
  const found: { index: number; square: Uint8Array }[] = [];
  for (const [index, { file, sha256 }] of candidates.entries()) {
    if (found.length === DONORS) break;
    try {
      found.push({ index, square: await decodeFor(model, file, sha256) });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
  }
  return found;
}
