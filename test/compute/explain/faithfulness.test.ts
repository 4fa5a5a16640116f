import { describe, expect, test } from 'vitest';
import { embedRemovals } from '../../../src/main/compute/explain/faithfulness.ts';
import { planesOf } from '../../../src/main/compute/explain/pixels.ts';
import { pairDistance } from '../../../src/main/domain/evaluate/distances.ts';
import { blur } from '../../../src/main/domain/faithfulness/blur.ts';
import { checkMap } from '../../../src/main/domain/faithfulness/check-map.ts';
import { rollMap } from '../../../src/main/domain/faithfulness/rolls.ts';
import { BLUR_SIGMA, type ImageCheck, zOf } from '../../../src/shared/faithfulness.ts';
import { upsample } from '../../../src/shared/maps/field.ts';
import { model, openEmbedder, picture, reference, rolls, S } from './reference-pair.ts';

const [CELLS, TOLERANCE] = [6, 1e-4];

async function checkPair(batch: number, order: readonly [0 | 1, 0 | 1] = [0, 1]): Promise<{ distance: number; images: ImageCheck[] }> {
  const embedder = await openEmbedder(batch);
  const planes = order.map((i) => planesOf(model, picture(`image${i + 1}`), [picture('donor')]));
  const unchanged = await embedder.embed(
    planes.map(
      ({ image }) =>
        (into) =>
          into.set(image),
    ),
  );
  const distance = pairDistance(unchanged[0]!, unchanged[1]!);
  const images: ImageCheck[] = [];
  for (const [at, i] of order.entries()) {
    const map = Float32Array.from(reference.images[i]!.map);
    const enlarge = (cells: Float32Array): Float32Array => upsample(cells, CELLS, CELLS, S, S);
    const rolled = rolls.map((roll) => enlarge(rollMap(map, CELLS, CELLS, roll)));
    const check = await checkMap({ map: enlarge(map), rolled, donors: 1 }, distance, async (removals) => {
      const embeddings = await embedRemovals(embedder, planes[at]!, removals, { signal: new AbortController().signal });
      return embeddings.map((embedding) => pairDistance(embedding, unchanged[1 - at]!));
    });
    images.push({ pixels: String(i), ...check });
  }
  return { distance, images };
}

const expectNear = (found: number[], expected: number[], tolerance = TOLERANCE): void => {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance));
};

describe('the check of a pair’s maps against numpy', () => {
  test('rolled maps are the same, and the blur differs by rounding', () => {
    reference.images.forEach(({ map, rolledMaps, blurred }, i) => {
      rolls.forEach((roll, k) => expect(Array.from(rollMap(Float32Array.from(map), CELLS, CELLS, roll))).toEqual(rolledMaps[k]!.map(Math.fround)));
      const out = blur(picture(`image${i + 1}`), S, S, BLUR_SIGMA * S);
      const sampled = blurred.map((_, k) => out[(Math.floor(k / 30) * 7 * S + (Math.floor(k / 3) % 10) * 5) * 3 + (k % 3)]!);
      expectNear(sampled, blurred, 1.5);
      expect(sampled.filter((value, k) => value !== blurred[k]).length).toBeLessThan(0.02 * blurred.length);
    });
  });

  test('distances, scores, cross-check, curve, one-sided shifts and z are within 1e-4, whatever the batch', async () => {
    for (const batch of [4, 16]) {
      const { distance, images } = await checkPair(batch);
      expectNear([distance], [reference.distance]);
      images.forEach((image, i) => {
        const r = reference.images[i]!;
        expectNear(
          [image.score, image.donor!, image.raising!, image.lowering!, ...image.rolled],
          [r.score, r.donor, r.raising, r.lowering, ...r.rolled],
        );
        expectNear(
          image.curve.flatMap(({ top, bottom, rolled }) => [top, bottom, rolled.mean]),
          r.top.flatMap((top, k) => [top, r.bottom[k]!, r.rolledMean[k]!]),
        );
      });
      expect(Math.abs(zOf(images as [ImageCheck, ImageCheck])! - reference.z)).toBeLessThan(1e-3 * Math.abs(reference.z));
    }
  });

  test('swapping A and B swaps the results', async () => {
    const [one, other] = [await checkPair(16), await checkPair(16, [1, 0])];
    expect(other.images[0]).toEqual(one.images[1]);
    expect(other.images[1]).toEqual(one.images[0]);
    expect(zOf(other.images as [ImageCheck, ImageCheck])).toBe(zOf(one.images as [ImageCheck, ImageCheck]));
  });
});
