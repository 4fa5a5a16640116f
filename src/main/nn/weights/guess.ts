import { BACKBONES } from '../../../shared/backbones.ts';
import { backboneOf } from '../backbones/index.ts';
import type { StoredShapes } from '../backbones/weight-names.ts';

/** The network that stored tensors belong to, by their names and shapes: a BackboneName, words for a network that Twinlens doesn't have, or null. */
export function guessNetwork(stored: StoredShapes): string | null {
  let relative: string | null = null;
  for (const name of BACKBONES) {
    const found = backboneOf(name).recognise(stored, name);
    if (found?.exact) return found.network;
    relative ??= found?.network ?? null;
  }
  return relative;
}
