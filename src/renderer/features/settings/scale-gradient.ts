import { colourOf, type Rgba } from '../../../shared/maps/colours.ts';
import type { Settings } from '../../../shared/workbench.ts';

type ColourScale = Settings['colourScale'];
const STOPS = 16;

/** The colour scales in display order. */
export const COLOUR_SCALES = [
  { value: 'evidence', text: 'Amber and blue', note: 'warm for the verdict, blue against it, transparent at zero' },
  { value: 'viridis', text: 'Viridis', note: 'perceptually uniform, violet to yellow' },
  { value: 'magma', text: 'Magma', note: 'perceptually uniform, black to cream' },
  { value: 'cividis', text: 'Cividis', note: 'perceptually uniform, readable with colour blindness' },
  { value: 'turbo', text: 'Turbo', note: 'rainbow with smooth brightness' },
  { value: 'jet', text: 'Jet (rainbow)', note: 'of older papers; its bands can mislead' },
] as const satisfies readonly { value: ColourScale; text: string; note: string }[];

/** A CSS gradient from the lowest value (or the strongest counter-evidence) at the left to the highest at the right. */
export function scaleGradient(scale: ColourScale): string {
  const at = (share: number): Rgba => {
    if (scale !== 'evidence') return colourOf(scale, share);
    return share < 0.5 ? colourOf('cool', 1 - 2 * share) : colourOf('warm', 2 * share - 1);
  };
  const css = ([r, g, b, a]: Rgba): string => `rgba(${Math.round(r)}, ${Math.round(g)}, ${Math.round(b)}, ${a.toFixed(3)})`;
  const stops = Array.from({ length: STOPS + 1 }, (_, i) => css(at(i / STOPS)));
  return `linear-gradient(90deg, ${stops.join(', ')})`;
}
