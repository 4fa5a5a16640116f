import type { CuratedImage } from '../../../shared/curation.ts';
import {
  type LabelCheck,
  type LabelColumns,
  type LabelLists,
  type LabelRow,
  type LabelState,
  MOST_LABEL_ROWS,
  UNTYPICAL,
} from '../../../shared/labels.ts';

const MOST_OUTLIERS = 200;

export interface ListContext {
  check: LabelCheck;
  columns: LabelColumns;
  /** Images as they are now, in the order of `ids`. */
  imagesOf(ids: readonly number[]): CuratedImage[];
  /** Whether a person says that this class of an image is right. */
  isRight(image: number, className: string): boolean;
}

/** The lists of a check, with the state of each image now. */
export function labelLists(context: ListContext): LabelLists {
  const { columns } = context;
  const margin = (i: number): number => columns.ofGiven[i]! - columns.ofSuggested[i]!;
  return {
    likely: rowsOf(context, likelyWrong(columns).slice(0, MOST_LABEL_ROWS), margin),
    outliers: rowsOf(context, largest(columns.outlier, Int32Array.from(columns.outlier.keys()), MOST_OUTLIERS), (i) => columns.outlier[i]!),
    untypical: rowsOf(context, leastTypical(columns).slice(0, MOST_LABEL_ROWS), (i) => columns.fromClass[i]!),
  };
}

/** Positions of likely wrong labels, the likeliest first. */
export function likelyWrong({ likely, ofGiven, ofSuggested }: LabelColumns): number[] {
  const margin = (i: number): number => ofGiven[i]! - ofSuggested[i]!;
  return [...likely.keys()].filter((i) => likely[i] === 1).sort((a, b) => margin(a) - margin(b) || a - b);
}

/** Positions of the `most` largest values, the largest first, without NaN. A typed array sorts 100,000 numbers in a few ms, positions take ten times as long. */
function largest(values: Float32Array, among: Int32Array, most: number): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const least = sorted[Math.max(0, sorted.length - most)] ?? Infinity;
  const reached = [...values.keys()].filter((at) => values[at]! >= least);
  return reached
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, most)
    .map((at) => among[at]!);
}

/** UNTYPICAL positions of each class, class by class. */
function leastTypical({ given, fromClass }: LabelColumns): number[] {
  const byClass = new Map<number, number[]>();
  given.forEach((j, i) => {
    const own = byClass.get(j);
    if (own) own.push(i);
    else byClass.set(j, [i]);
  });
  return [...byClass]
    .sort(([a], [b]) => a - b)
    .flatMap(([, own]) =>
      largest(
        Float32Array.from(own, (i) => fromClass[i]!),
        Int32Array.from(own),
        UNTYPICAL,
      ),
    );
}

function rowsOf(context: ListContext, positions: readonly number[], scoreOf: (i: number) => number): LabelRow[] {
  const { check, columns, imagesOf, isRight } = context;
  const { classes } = check.figures;
  const images = imagesOf(positions.map((i) => columns.ids[i]!));
  return positions.map((i, at) => {
    const image = images[at]!;
    const given = classes[columns.given[i]!]!;
    return {
      image,
      given,
      suggested: classes[columns.suggested[i]!] ?? null,
      ofGiven: columns.ofGiven[i]!,
      ofSuggested: columns.ofSuggested[i]!,
      score: scoreOf(i),
      state: stateOf(image, given, isRight(image.id, given)),
    };
  });
}

function stateOf({ excluded, className }: CuratedImage, given: string, isRight: boolean): LabelState {
  if (excluded) return 'excluded';
  if (className !== given) return 'relabelled';
  return isRight ? 'right' : 'open';
}
