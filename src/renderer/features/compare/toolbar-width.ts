/** The controls under the pictures, the one used most first, with the room that each takes beside the others, px. */
const ROOM = { opacity: 168, contour: 186, grey: 148, scale: 156, colours: 207 } as const;
export type MapControlName = keyof typeof ROOM;
export const MAP_CONTROLS = Object.keys(ROOM) as MapControlName[];

const GAP = 16; // px between two
const MORE = 32; // px of the button that opens the others

/** How many controls fit into one row of this width, px; where not all do, beside a button for the rest. */
export function controlsInRow(width: number): number {
  const needed = (count: number): number => MAP_CONTROLS.slice(0, count).reduce((sum, name) => sum + ROOM[name] + GAP, -GAP);
  if (needed(MAP_CONTROLS.length) <= width) return MAP_CONTROLS.length;
  const fitting = MAP_CONTROLS.findIndex((_, i) => needed(i + 1) + GAP + MORE > width);
  return fitting < 0 ? MAP_CONTROLS.length - 1 : fitting;
}
