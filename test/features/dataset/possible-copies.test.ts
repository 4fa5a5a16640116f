import { describe, expect, test } from 'vitest';
import { type Look, possibleCopies } from '../../../src/main/features/dataset/possible-copies.ts';
import { randomFor } from '../../../src/shared/random.ts';

const LENGTH = 192;
const thumbnail = (seed: number, change = (value: number, _: number) => value): Uint8Array => {
  const random = randomFor(seed, 'thumbnail');
  return Uint8Array.from({ length: LENGTH }, (_, i) => change(20 + random.below(200), i));
};
const look = (sha256: string, more: Partial<Look> = {}): Look => ({ sha256, width: 40, height: 30, thumbnail: thumbnail(1), ...more });

describe('possible copies', () => {
  test('have the same size and nearly the same thumbnail, and other bytes', () => {
    const images = [
      look('original'),
      look('another image', { thumbnail: thumbnail(2) }),
      look('shrunk while it was decoded', { thumbnail: thumbnail(1, (value, i) => value + (i % 7 === 0 ? 3 : 0)) }),
      look('another size', { width: 30, height: 40 }),
      look('another spot', { thumbnail: thumbnail(1, (value, i) => value + (i === 5 ? 9 : 0)) }),
      look('unknown', { thumbnail: null }),
    ];
    expect(possibleCopies(images)).toEqual([0, 2]);
    expect(possibleCopies([look('a'), look('a'), look('a')])).toEqual([]); // copies of the bytes are known
    expect(possibleCopies([look('a'), look('a'), look('b')])).toEqual([0, 1, 2]);
    expect(possibleCopies([])).toEqual([]);
  });

  test('are found among 5,000 images of one size', () => {
    const images = Array.from({ length: 5_000 }, (_, i) => look(String(i), { thumbnail: thumbnail(i) }));
    images[4_001] = look('copy', { thumbnail: images[123]!.thumbnail! });
    expect(possibleCopies(images)).toEqual([123, 4_001]);
  });
});
