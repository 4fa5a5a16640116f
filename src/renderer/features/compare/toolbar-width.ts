/** The map controls, most used first, with their widths in the toolbar, px. */
const WIDTHS = { scale: 200, contour: 186, darkening: 160, map: 190, opacity: 168, grey: 148, colours: 207 } as const;
export type MapControlName = keyof typeof WIDTHS;
export const MAP_CONTROLS = Object.keys(WIDTHS) as MapControlName[];

const GAP = 16; // px between controls
const MORE_BUTTON = 32; // px: the button for the remaining controls

/** Number of controls that fit into a row of `width` px, including a button for the remaining ones if not all fit. */
export function controlsInRow(width: number): number {
  const rowWidth = (count: number): number => MAP_CONTROLS.slice(0, count).reduce((sum, name) => sum + WIDTHS[name] + GAP, -GAP);
  if (rowWidth(MAP_CONTROLS.length) <= width) return MAP_CONTROLS.length;
  const firstHidden = MAP_CONTROLS.findIndex((_, i) => rowWidth(i + 1) + GAP + MORE_BUTTON > width);
  return firstHidden < 0 ? MAP_CONTROLS.length - 1 : firstHidden;
}
