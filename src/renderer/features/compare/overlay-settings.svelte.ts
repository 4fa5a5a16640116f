import type { MapView } from '../../../shared/maps/paint.ts';

/** How maps are laid over the photographs: the same for every pair until the window is closed. */
class OverlaySettings {
  view = $state<MapView>('factual');
  opacity = $state(100); // %
  desaturation = $state(100); // %: how much of the photograph's own colour is taken away under a map
  strongest = $state(20); // %: the share of the area that the contour encloses; 0: no contour
  scale = $state<'shared' | 'each'>('shared');
}

export const overlay = new OverlaySettings();
