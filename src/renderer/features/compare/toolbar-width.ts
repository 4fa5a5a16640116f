/** The map controls, most used first, with their widths in the toolbar, px. */
const WIDTHS = { opacity: 168, contour: 186, grey: 148, scale: 156, colours: 207 } as const;
export type MapControlName = keyof typeof WIDTHS;
export const MAP_CONTROLS = Object.keys(WIDTHS) as MapControlName[];

const GAP = 16; // px between two
const MORE = 32; // px of the button for the rest

/** Number of controls that fit into a row of `width` px, beside a button for the rest if not all fit. */
export function controlsInRow(width: number): number {
  const needed = (count: number): number => MAP_CONTROLS.slice(0, count).reduce((sum, name) => sum + WIDTHS[name] + GAP, -GAP);
  if (needed(MAP_CONTROLS.length) <= width) return MAP_CONTROLS.length;
  const fitting = MAP_CONTROLS.findIndex((_, i) => needed(i + 1) + GAP + MORE > width);
  return fitting < 0 ? MAP_CONTROLS.length - 1 : fitting;
}
