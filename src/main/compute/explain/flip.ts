import { join } from 'node:path';
import { BLUR_SIGMA } from '../../../shared/faithfulness.ts';
import { flipPictures, type FlipTest, isAtThreshold } from '../../../shared/flip.ts';
import { factualSign } from '../../../shared/maps/kinds.ts';
import { upsample } from '../../../shared/maps/field.ts';
import { pairDistance } from '../../domain/evaluate/distances.ts';
import { verdictOf } from '../../domain/evaluate/threshold.ts';
import { blur } from '../../domain/faithfulness/blur.ts';
import { type Perturbation, findFlips } from '../../domain/faithfulness/flip-search.ts';
import { keptWeights, positiveShare, rankMap, type RankedMap, removalWeights } from '../../domain/faithfulness/removal.ts';
import { type Roll, rollMap } from '../../domain/faithfulness/rolls.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { FORWARD_BATCH } from '../images/batches.ts';
import { encodePng } from '../images/images.ts';
import type { CallContext, Counted, DrawFlipRequest, FlipRequest, FlipRequestResult, OrderedMaps } from '../protocol/protocol.ts';
import { copyOf, type Embedder, embedInBatches, useEmbedder, type WriteImage } from './embedder.ts';
import { pixelHashes, rollsOf } from './faithfulness.ts';
import { blend, decodePair, type Planes, planesOf } from './pixels.ts';

/**
 * Searches the smallest shares of a pair's images whose removal, in the order of their maps, changes the verdict, and the smallest that hold
 * it; see findFlips. Removed parts are blurred as in the check of the maps. Throws AppError 'bad-image', 'not-found' or 'cancelled'.
 */
export async function testFlip(request: FlipRequest, { signal, progress }: CallContext<'testFlip'>): Promise<FlipRequestResult> {
  const { model, modelSha256, width, height, verdict, threshold } = request;
  const squares = await decodePair(request);
  const pixels = pixelHashes(squares);
  const planes = squares.map((square) => planesOf(model, square)) as [Planes, Planes];
  return useEmbedder(model, modelSha256, FORWARD_BATCH, async (embedder) => {
    const unchanged = (await embedder.embed(planes.map(({ image }) => copyOf(image)))) as [Float32Array, Float32Array];
    const distance = pairDistance(...unchanged);
    const none = { distance, pixels, marked: markedShares(request), parts: { a: null, b: null, both: null } };
    if (pixels[0] === pixels[1]) return { ...none, outcome: 'identical' };
    if (isAtThreshold(distance, threshold) || verdictOf(distance, threshold) !== verdict) return { ...none, outcome: 'threshold' };
    const rolls = ([0, 1] as const).map((i) => rollsOf(pixels, i, width, height));
    const parts = await searchParts({ embedder, planes, unchanged, rolls }, request, { signal, onProgress: progress });
    return { ...none, outcome: 'tested', parts };
  });
}

interface OpenPair {
  embedder: Embedder;
  planes: readonly [Planes, Planes];
  unchanged: readonly [Float32Array, Float32Array]; // embeddings
  rolls: readonly (readonly Roll[])[]; // of each image's map; as many of both
}

/** findFlips with a network: the embeddings of blurred copies of both images. Throws AppError 'cancelled'. */
export function searchParts(
  { embedder, planes, unchanged, rolls }: OpenPair,
  request: OrderedMaps & Pick<FlipRequest, 'threshold' | 'modes'>,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (progress: Counted) => void },
): Promise<FlipTest['parts']> {
  const { verdict, threshold, width, height } = request;
  const orders = evidenceMaps(request);
  const rankOf = memoizedRanks(
    orders.map((map, i) => [map, ...rolls[i]!.map((roll) => rollMap(map, width, height, roll))]),
    request,
  );
  const writeOf =
    (perturbation: Perturbation): WriteImage =>
    (into) => {
      const { image, blur: fill } = planes[perturbation.image];
      blend(into, image, fill!, weightsOf(rankOf(perturbation.image, perturbation.map), perturbation));
    };
  return findFlips({
    unchanged,
    distance: pairDistance,
    holds: (changed) => verdictOf(changed, threshold) === verdict,
    hasEvidence: orders.map((map) => map.some((value) => value > 0)) as [boolean, boolean],
    rolled: rolls[0]!.length,
    modes: request.modes,
    embed: (perturbations, onBatch) => embedInBatches(embedder, perturbations.map(writeOf), { signal, onBatch }),
    ...(onProgress && { onProgress }),
  });
}

/**
 * Writes the pictures of a flip test into `folder`: the pixels that the network read, as RGB PNG [S, S, 3], rounded. Throws as testFlip and
 * writeFileAtomically do.
 */
export async function drawFlip(request: DrawFlipRequest, { signal }: Pick<CallContext<'drawFlip'>, 'signal'>): Promise<null> {
  const { size } = request.model.config;
  const squares = await decodePair(request);
  const blurred = squares.map((square) => blur(square, size, size, BLUR_SIGMA * size));
  const rankOf = memoizedRanks(
    evidenceMaps(request).map((map) => [map]),
    request,
  );
  for (const { mode, letter, share, name } of flipPictures(request.flip)) {
    throwIfCancelled(signal);
    const image = letter === 'a' ? 0 : 1;
    const weights = weightsOf(rankOf(image, 0), { mode, share });
    const [square, fill] = [squares[image], blurred[image]!];
    const data = square.map((value, i) => Math.round(value + weights[Math.floor(i / 3)]! * (fill[i]! - value)));
    await writeFileAtomically(join(request.folder, name), await encodePng({ data, width: size, height: size }));
  }
  return null;
}

/** The maps of both images, positive where they mark evidence for the verdict. */
const evidenceMaps = ({ signed, verdict }: Pick<OrderedMaps, 'signed' | 'verdict'>): [Float32Array, Float32Array] => {
  const sign = factualSign(verdict, 'verdict');
  return signed.map((map) => map.map((value) => sign * value)) as [Float32Array, Float32Array];
};

/** FlipTest.marked. */
function markedShares(request: OrderedMaps): [number, number] {
  const rankOf = memoizedRanks(
    evidenceMaps(request).map((map) => [map]),
    request,
  );
  return [100 * positiveShare(rankOf(0, 0)), 100 * positiveShare(rankOf(1, 0))];
}

/** The maps of each image, enlarged and sorted when they are first needed. `maps`: of each image. */
function memoizedRanks(
  maps: readonly (readonly Float32Array[])[],
  { model, width, height, placement }: OrderedMaps,
): (image: 0 | 1, map: number) => RankedMap {
  const { size } = model.config;
  const ranks: RankedMap[][] = [[], []];
  return (image, map) => (ranks[image]![map] ??= rankMap(upsample(maps[image]![map]!, width, height, size, size, placement)));
}

/** How much of each pixel the blur replaces. */
const weightsOf = (ranked: RankedMap, { mode, share }: Pick<Perturbation, 'mode' | 'share'>): Float32Array =>
  mode === 'remove' ? removalWeights(ranked, share / 100, 'top') : keptWeights(ranked, share / 100);
