import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded stream of random numbers. The only source of randomness in Twinlens; Math.random is not used. */
export interface Random {
  /** A whole number in [0, n). */
  below(n: number): number;
  /** A number in [low, high). */
  between(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  /** A new array in uniformly random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** FNV-1a, 32 bit, over UTF-8. */
export function fnv1a(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/**
 * The stream for a seed and a purpose, e.g. `randomFor(7, 'pairs', 'train', 3)` for epoch 3's training pairs. Streams of
 * different purposes are independent. None keeps state between epochs, so a resumed run draws the same numbers as an
 * uninterrupted one.
 */
export function randomFor(seed: number, ...purpose: (string | number)[]): Random {
  const generator = xoroshiro128plus(fnv1a([seed, ...purpose].join('\u0000')) | 0);
  const below = (n: number): number => uniformInt(generator, 0, n - 1);
  const between = (low: number, high: number): number => low + (high - low) * uniformFloat64(generator);
  return {
    below,
    between,
    // Box–Muller; 1 - u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator))) * Math.cos(2 * Math.PI * uniformFloat64(generator)),
    shuffle: (items) => {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [out[i], out[j]] = [out[j]!, out[i]!];
      }
      return out;
    },
  };
}
