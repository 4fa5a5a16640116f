import type { ComparisonRow, ScaleChoice } from '../../../shared/comparison.ts';
import { CONTOUR_SHARE } from '../../../shared/maps/contour.ts';
import { DEFAULT_LOOK, type MapView } from '../../../shared/maps/paint.ts';
import { savedChoice } from '../../../shared/maps/run-scale.ts';

/** Settings of the map overlay, for all pairs until the window is closed. */
class OverlaySettings {
  view = $state<MapView>('factual');
  opacity = $state(100); // %
  desaturation = $state(100 * DEFAULT_LOOK.desaturation); // %: colour removed from the image under a map
  darkening = $state(100 * DEFAULT_LOOK.darkening); // %
  contourArea = $state(100 * CONTOUR_SHARE); // %: share of the image inside the contour; 0: no contour
  cells = $state(false); // the map as it is, one square a cell
  labels = $state(true); // name and file on each image
  /** Whether PEEK_KEY is held: the photographs have no maps and labels. */
  peek = $state(false);
  private scale = $state<ScaleChoice>('run');
  private scaleChosenFor = $state<string | null>(null); // the comparison on the screen at the last choice

  /** The view on the images. */
  readonly shown = $derived(this.peek ? 'none' : this.view);

  /** The scale in which a pair is shown. A saved comparison opens in the scale it was saved with. */
  scaleFor(row: Pick<ComparisonRow, 'comparison' | 'saved' | 'shownScale' | 'images'>): ScaleChoice {
    return row.saved && row.comparison !== this.scaleChosenFor ? savedChoice(row) : this.scale;
  }

  chooseScale(choice: ScaleChoice, { comparison }: Pick<ComparisonRow, 'comparison'>): void {
    this.scale = choice;
    this.scaleChosenFor = comparison;
  }
}

export const overlay = new OverlaySettings();
