/** Colours of points by a column: a category for each point. */

/** -1: the point has no value. */
export interface Column {
  names: string[]; // of the categories
  codes: Int32Array; // [n] category of each point
}

/** An entry of the legend. `category` null: all further categories, or the points without a value. */
export interface LegendEntry {
  key: string; // unique
  name: string;
  categories: number[]; // -1: without a value
  count: number; // points
  colour: number; // position in the palette; OTHERS for the rest
}

export type Rgb = readonly [number, number, number]; // 0..255

/** Position of the colour of everything that has none of its own. */
export const OTHERS = -1;

/**
 * Seven colours that differ in normal vision, protanopia and deuteranopia, with a contrast of at least 3:1 to the background. Dark: after Okabe and
 * Ito (2008), with a lighter blue. Light: found by a search for the largest smallest difference (CIE L*a*b*, over 30), from darker ones of these.
 */
export const PALETTES: Readonly<Record<'dark' | 'light', { colours: readonly Rgb[]; others: Rgb; background: Rgb; selected: Rgb }>> = {
  dark: {
    colours: [
      [230, 159, 0],
      [86, 180, 233],
      [0, 158, 115],
      [240, 228, 66],
      [40, 122, 220],
      [213, 94, 0],
      [226, 150, 196],
    ],
    others: [139, 147, 155],
    background: [30, 32, 34],
    selected: [255, 255, 255],
  },
  light: {
    colours: [
      [185, 137, 0],
      [61, 145, 226],
      [28, 165, 104],
      [77, 22, 32],
      [0, 51, 144],
      [139, 37, 0],
      [132, 84, 125],
    ],
    others: [134, 141, 148],
    background: [251, 251, 250],
    selected: [0, 0, 0],
  },
};

/**
 * The legend of a column: the categories of most points have a colour each, the others one in common. `chosen` categories get the colours
 * instead, in their order.
 */
export function legendOf({ names, codes }: Column, chosen: readonly number[] = []): LegendEntry[] {
  const counts = new Int32Array(names.length + 1);
  for (const code of codes) counts[code + 1]!++;
  const countOf = (category: number): number => counts[category + 1]!;
  const bySize = names.map((_, category) => category).filter((category) => countOf(category) > 0);
  bySize.sort((a, b) => countOf(b) - countOf(a) || a - b);
  const most = PALETTES.dark.colours.length;
  const own = (chosen.length > 0 ? [...chosen] : bySize.length <= most ? bySize.toSorted((a, b) => a - b) : bySize).slice(0, most);
  const rest = bySize.filter((category) => !own.includes(category));
  const entries: LegendEntry[] = own.map((category, colour) => ({
    ...{ key: `${category}`, name: names[category]!, categories: [category] },
    ...{ count: countOf(category), colour },
  }));
  const total = (categories: readonly number[]): number => categories.reduce((sum, category) => sum + countOf(category), 0);
  if (rest.length > 0) entries.push({ key: 'others', name: `${rest.length} others`, categories: rest, count: total(rest), colour: OTHERS });
  if (countOf(-1) > 0) entries.push({ key: 'none', name: 'none', categories: [-1], count: countOf(-1), colour: OTHERS });
  return entries;
}

/** RGBA of each point [n, 4]. Entries that are not among `shown` (keys; empty: all) are faint. */
export function coloursOf({ codes, names }: Column, legend: readonly LegendEntry[], shown: ReadonlySet<string>, theme: 'dark' | 'light'): Uint8Array {
  const { colours, others } = PALETTES[theme];
  const table = new Uint8Array(4 * (names.length + 1));
  for (const { key, categories, colour } of legend) {
    const [r, g, b] = colour === OTHERS ? others : colours[colour]!;
    const alpha = shown.size > 0 && !shown.has(key) ? 28 : colour === OTHERS ? 150 : 220;
    for (const category of categories) table.set([r, g, b, alpha], 4 * (category + 1));
  }
  const out = new Uint8Array(4 * codes.length);
  const [from, to] = [new Uint32Array(table.buffer), new Uint32Array(out.buffer)];
  codes.forEach((code, i) => (to[i] = from[code + 1]!));
  return out;
}
