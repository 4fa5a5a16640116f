import { BACKBONES } from '../../../shared/backbones.ts';
import { backboneOf } from '../backbones/index.ts';
import type { StoredShapes } from '../backbones/weight-names.ts';

/** The network that stored tensors belong to, by their names and shapes: a BackboneName, a description of a related network, or null. */
export function guessNetwork(stored: StoredShapes): string | null {
  let related: string | null = null;
  for (const name of BACKBONES) {
    const found = backboneOf(name).recognise(stored, name);
    if (found?.exact) return found.network;
    related ??= found?.network ?? null;
  }
  return related;
}
