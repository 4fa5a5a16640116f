import type { MapView } from '../../../shared/maps/paint.ts';

/** Settings of the map overlay, the same for every pair until the window is closed. */
class OverlaySettings {
  view = $state<MapView>('factual');
  opacity = $state(100); // %
  desaturation = $state(100); // %: how much colour the image loses under a map
  strongest = $state(20); // %: the share of the area that the contour encloses; 0: no contour
  scale = $state<'shared' | 'each'>('shared');
}

export const overlay = new OverlaySettings();
