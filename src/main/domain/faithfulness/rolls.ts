import type { Random } from '../../../shared/random.ts';

/** A symmetry of the torus: mirrored left to right, then turned, then shifted. */
export interface Roll {
  mirrored: boolean;
  turns: number; // quarter turns anticlockwise, 0..3; only half turns where width and height differ
  down: number; // cells, wrapped around
  right: number;
}

/**
 * `count` random rolls of a map of w × h cells, none of them the identity. A rolled map has the same values and, except at the seam, the
 * same neighbours, so it is as smooth as the map. Its scores are the null distribution: those of a map that marks other positions.
 */
export function drawRolls(w: number, h: number, count: number, random: Random): Roll[] {
  return Array.from({ length: count }, () => {
    let roll: Roll;
    do {
      const mirrored = random.below(2) === 1;
      const turns = w === h ? random.below(4) : 2 * random.below(2);
      roll = { mirrored, turns, down: random.below(h), right: random.below(w) };
    } while (!roll.mirrored && roll.turns === 0 && roll.down === 0 && roll.right === 0);
    return roll;
  });
}

/** A copy of map [h, w] after a roll. */
export function rollMap(map: Float32Array, w: number, h: number, { mirrored, turns, down, right }: Roll): Float32Array {
  const out = new Float32Array(map.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      // The source of (y, x), backwards: shift, turn, mirror.
      let [v, u] = [(y - down + h) % h, (x - right + w) % w];
      for (let turn = 0; turn < turns; turn += w === h ? 1 : 2) [v, u] = w === h ? [u, w - 1 - v] : [h - 1 - v, w - 1 - u];
      if (mirrored) u = w - 1 - u;
      out[y * w + x] = map[v * w + u]!;
    }
  }
  return out;
}
