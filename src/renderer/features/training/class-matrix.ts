import { aucText, countNoun, countText, distanceText, percentText, plural } from '../../../shared/format.ts';
import { colourOf } from '../../../shared/maps/colours.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';
import type { RunConfig } from '../../../shared/run.ts';
import { wilsonLow } from '../../../shared/structure-words.ts';
import type { ClassCell, ClassFigures, NeighbourConfusion, PairMatrix } from '../../../shared/structure.ts';

/** What a matrix shows, how it is ordered, and the words of its cells. */
export type Measure = 'error' | 'distance';
export type MatrixOrder = 'confusion' | 'name';

/** Rows and columns that a matrix shows at most: 100 x 100 cells take the browser 0.2 s. */
export const MAX_SHOWN = 100;

export interface MatrixView {
  names: string[]; // of the shown rows and columns
  cells: (ClassCell | null)[][]; // [rows][columns]; symmetric; null: no pairs
  hidden: number; // names that are not shown
  most: number; // the largest value, at the end of the colour scale; above 0
}

export const valueOf = (cell: ClassCell, measure: Measure): number => (measure === 'error' ? cell.wrong / cell.pairs : cell.distance);

/** Rows by name, or by confusion: those with the most surely wrong pairs first, next to what they are confused with. */
export function matrixView({ names, cells }: PairMatrix, measure: Measure, order: MatrixOrder): MatrixView {
  const byConfusion = confusionOrder(names.length, cells);
  const chosen = byConfusion.slice(0, MAX_SHOWN);
  if (order === 'name') chosen.sort((x, y) => byNaturalOrder(names[x]!, names[y]!));
  const position = new Map(chosen.map((name, i) => [name, i]));
  const grid = chosen.map(() => new Array<ClassCell | null>(chosen.length).fill(null));
  let most = 0;
  for (const cell of cells) {
    const [row, column] = [position.get(cell.a), position.get(cell.b)];
    if (row === undefined || column === undefined) continue;
    grid[row]![column] = grid[column]![row] = cell;
    most = Math.max(most, valueOf(cell, measure));
  }
  return { names: chosen.map((name) => names[name]!), cells: grid, hidden: names.length - chosen.length, most: most || 1 };
}

/** Starts with the two most confused names, then always the name that is most confused with one already there. */
function confusionOrder(count: number, cells: readonly ClassCell[]): number[] {
  const strength = new Map<number, Map<number, number>>();
  const connect = (from: number, to: number, low: number): void => void (strength.get(from) ?? strength.set(from, new Map()).get(from)!).set(to, low);
  for (const { a, b, wrong, pairs } of cells) {
    if (a === b || wrong === 0) continue;
    const low = wilsonLow(wrong, pairs);
    connect(a, b, low);
    connect(b, a, low);
  }
  const best = new Array<number>(count).fill(0); // to a name that is placed
  const overall = Array.from({ length: count }, (_, c) => Math.max(0, ...(strength.get(c)?.values() ?? [])));
  const left = new Set(Array.from({ length: count }, (_, c) => c));
  const order: number[] = [];
  while (left.size > 0) {
    let next = -1;
    for (const c of left) if (next < 0 || best[c]! > best[next]! || (best[c] === best[next] && overall[c]! > overall[next]!)) next = c;
    left.delete(next);
    order.push(next);
    for (const [c, low] of strength.get(next) ?? []) best[c] = Math.max(best[c]!, low);
  }
  return order;
}

/** "Daisy with Rose: 21 of 70 verdicts wrong (30 %), mean distance 1.74" */
export function cellLabel(row: string, column: string, cell: ClassCell | null): string {
  const which = row === column ? `Within ${row}` : `${row} with ${column}`;
  if (!cell) return `${which}: no test pairs`;
  const { wrong, pairs } = cell;
  return `${which}: ${countText(wrong)} of ${countText(pairs)} verdicts wrong (${percentText(wrong / pairs)}), mean distance ${distanceText(cell.distance)}`;
}

/** What a matrix's diagonal and its other cells hold. `by`: what its rows are. `threshold`: of the verdicts. */
export function matrixNote(
  { same, groupName }: Pick<RunConfig, 'same' | 'groupName'>,
  by: 'class' | 'group',
  threshold: number,
  measure: Measure,
): string {
  const pairs = by === same ? ['same pairs', 'different pairs'] : ['pairs', 'pairs'];
  const wrong = by === same && measure === 'error' ? [', wrong if called different', ', wrong if called same'] : ['', ''];
  const at = measure === 'error' ? ` Verdicts at the threshold of ${distanceText(threshold)}.` : ` The threshold is ${distanceText(threshold)}.`;
  const noun = by === 'class' ? 'class' : (groupName ?? 'group');
  return `Diagonal: ${pairs[0]} within a ${noun}${wrong[0]}. Other cells: ${pairs[1]} of two ${plural(noun)}${wrong[1]}; each is shown twice.${at}`;
}

/** The number in a cell: percent without its sign, or the distance. */
export const cellText = (cell: ClassCell, measure: Measure): string =>
  measure === 'error' ? String(Math.round((100 * cell.wrong) / cell.pairs)) : distanceText(cell.distance);

/** Background and text colour of a share 0..1 of the scale (viridis): the text has a contrast of at least 4.5:1. */
export function cellColours(share: number): { background: string; ink: string } {
  const [r, g, b] = colourOf('viridis', share).map(Math.round) as [number, number, number];
  const linear = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return { background: `rgb(${r}, ${g}, ${b})`, ink: 1.05 / (luminance + 0.05) >= 4.5 ? '#fff' : '#000' };
}

export interface ClassRow extends ClassFigures {
  name: string;
  accuracyText: string;
  intervalText: string;
  recallText: string;
  nearestText: string; // the other class that the nearest images are most often of: "Rose, 3 images"
}

/** Classes with pairs, the least accurate first. */
export function classRows(names: readonly string[], perClass: readonly ClassFigures[], neighbours: readonly NeighbourConfusion[]): ClassRow[] {
  return perClass
    .map((figures, c): ClassRow => {
      const { accuracy, recall1 } = figures;
      const most = neighbours.find(({ from }) => from === c); // they are sorted, most first
      return {
        ...figures,
        name: names[c]!,
        accuracyText: accuracy ? percentText(accuracy.value) : '–',
        intervalText: accuracy ? accuracy.interval.map(percentText).join(' to ') : '–',
        nearestText: most ? `${names[most.to]!}, ${countNoun(most.queries, 'image')}` : '–',
        recallText: recall1 === null ? '–' : aucText(recall1),
      };
    })
    .sort((x, y) => (x.accuracy?.value ?? 2) - (y.accuracy?.value ?? 2));
}
