import { describe, expect, test } from 'vitest';
import { copyOf } from '../../../src/main/compute/explain/embedder.ts';
import { searchParts } from '../../../src/main/compute/explain/flip.ts';
import { planesOf } from '../../../src/main/compute/explain/pixels.ts';
import type { FlipSearch, FlipTest } from '../../../src/shared/flip.ts';
import { FLIP_MODES, FLIP_PARTS } from '../../../src/shared/flip.ts';
import { readFixture } from '../../nn/reference.ts';
import { model, openEmbedder, picture, reference, rolls } from './reference-pair.ts';

/** Written by flip.py: numpy, and distances by onnxruntime from an exported network. */
interface Reference {
  threshold: number;
  parts: Record<'a' | 'b' | 'both', Record<'remove' | 'keep', Omit<FlipSearch, 'tried'> & { tried: [share: number, distance: number][] }>>;
}

const { threshold, parts: expected } = readFixture<Reference>('flip.json');

async function search({
  order = [0, 1],
  verdict = 'same',
  limit = threshold,
  signal = new AbortController().signal,
}: {
  order?: readonly [0 | 1, 0 | 1];
  verdict?: 'same' | 'different';
  limit?: number;
  signal?: AbortSignal;
}): Promise<FlipTest['parts']> {
  const embedder = await openEmbedder(16);
  const planes = order.map((i) => planesOf(model, picture(`image${i + 1}`))) as [ReturnType<typeof planesOf>, ReturnType<typeof planesOf>];
  const unchanged = (await embedder.embed(planes.map(({ image }) => copyOf(image)))) as [Float32Array, Float32Array];
  const signed = order.map((i) => Float32Array.from(reference.images[i]!.map)) as [Float32Array, Float32Array];
  const maps = { model, files: ['', ''] as [string, string], sha256: [null, null] as [null, null], signed, width: 6, height: 6 };
  return searchParts({ embedder, planes, unchanged, rolls: [rolls, rolls] }, { ...maps, verdict, threshold: limit }, { signal });
}

describe('the flip test of a pair against numpy', () => {
  test('shares, copies and distances at every tried share', async () => {
    const found = await search({});
    for (const part of FLIP_PARTS) {
      for (const mode of FLIP_MODES) {
        const [one, other] = [found[part]![mode], expected[part][mode]];
        expect({ share: one.share, rolled: one.rolled }).toEqual({ share: other.share, rolled: other.rolled });
        expect(one.tried.map(({ share }) => share)).toEqual(other.tried.map(([share]) => share));
        one.tried.forEach(({ distance }, i) => expect(Math.abs(distance - other.tried[i]![1])).toBeLessThan(1e-4));
      }
    }
  });

  test('swapping A and B swaps the rows', async () => {
    const [one, other] = [await search({}), await search({ order: [1, 0] })];
    expect({ a: other.b, b: other.a }).toEqual({ a: one.a, b: one.b });
    expect(other.both!.remove.rolled).toEqual(one.both!.remove.rolled);
  });

  test('for “different” the other end of the map is blurred first', async () => {
    const { a } = await search({ verdict: 'different', limit: 0.001 });
    a!.remove.tried.forEach(({ share, distance }) => {
      const at = [5, 15, 30, 50].indexOf(share);
      if (at >= 0) expect(Math.abs(distance - reference.images[0]!.top[at]!)).toBeLessThan(1e-4); // by faithfulness.py
    });
  });

  test('stops when it is cancelled', async () => {
    await expect(search({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
