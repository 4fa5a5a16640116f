import type { MapView } from '../../../shared/maps/paint.ts';

/** Settings of the map overlay, for all pairs until the window is closed. */
class OverlaySettings {
  view = $state<MapView>('factual');
  opacity = $state(100); // %
  desaturation = $state(100); // %: colour removed from the image under a map
  contourArea = $state(20); // %: share of the image inside the contour; 0: no contour
  scale = $state<'shared' | 'each'>('shared');
}

export const overlay = new OverlaySettings();
