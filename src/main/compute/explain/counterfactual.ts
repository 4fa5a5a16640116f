import type { ExplainedVerdict } from '../../../shared/comparison.ts';
import { upsample } from '../../../shared/maps/field.ts';
import { factualSign } from '../../../shared/maps/kinds.ts';
import { pairDistance } from '../../domain/evaluate/distances.ts';
import { strongestOf } from '../../domain/faithfulness/check-map.ts';
import type { PairMaps } from '../../nn/explain/method.ts';
import type { ModelRef } from '../protocol/protocol.ts';
import { copyOf, useEmbedder } from './embedder.ts';
import { blend, type PixelPair, planesOf } from './pixels.ts';

/**
 * For each image: D(A, B) after the strongest part of its counterfactual map is blurred, less D(A, B); null for an empty map. One forward
 * pass of both images, unchanged and blurred. `squares`: RGB [S, S, 3] each.
 */
export async function counterfactualShifts(
  model: ModelRef,
  modelSha256: string | null,
  squares: PixelPair,
  { signed, width, height, placement }: Pick<PairMaps, 'signed' | 'width' | 'height' | 'placement'>,
  { verdict, target }: ExplainedVerdict,
): Promise<[number | null, number | null]> {
  const { size } = model.config;
  const sign = -factualSign(verdict, target);
  const maps = signed.map((map) => map.map((value) => sign * value)); // positive where counterfactual
  const hasMap = maps.map((map) => map.some((value) => value > 0));
  if (!hasMap.includes(true)) return [null, null];
  const planes = squares.map((square) => planesOf(model, square));
  return useEmbedder(model, modelSha256, 4, async ({ embed }) => {
    const [a, b, ...blurred] = await embed([
      ...planes.map(({ image }) => copyOf(image)),
      ...planes.map(({ image, blur }, i) => (into: Float32Array) => {
        blend(into, image, blur!, strongestOf(upsample(maps[i]!, width, height, size, size, placement)).weights());
      }),
    ]);
    const distance = pairDistance(a!, b!);
    const shiftOf = (i: 0 | 1): number | null => (hasMap[i] ? pairDistance(blurred[i]!, i === 0 ? b! : a!) - distance : null);
    return [shiftOf(0), shiftOf(1)];
  });
}
