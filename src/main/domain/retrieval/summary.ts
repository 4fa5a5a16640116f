import type { Estimate, Retrieval, RetrievalFigures } from '../../../shared/structure.ts';
import { differenceInterval, shareInterval } from '../evaluate/intervals.ts';
import type { RankedQuery } from './ranking.ts';

/** The ranking of one query in both spaces. `unit`: its image or group (ImageUnits). */
export interface RankedPair {
  unit: number;
  embedding: RankedQuery;
  features: RankedQuery;
}

type Figure = (ranked: RankedQuery) => number;
const recallAt =
  (k: number): Figure =>
  ({ firstRank }) =>
    Number(firstRank <= k);
const FIGURES: Record<keyof RetrievalFigures, Figure> = {
  recall1: recallAt(1),
  recall5: recallAt(5),
  recall10: recallAt(10),
  rPrecision: ({ rPrecision }) => rPrecision,
  mapAtR: ({ mapAtR }) => mapAtR,
  map: ({ averagePrecision }) => averagePrecision,
};

/**
 * Means over queries with 95 % intervals for new queries of the same kind and this gallery. Queries of one unit (image, or group where there
 * are groups) are summed before the variance. That two queries are ranked against the same gallery, and are in each other's, is ignored: the
 * gallery counts as given. Figures are NaN without queries.
 */
export function retrievalFigures(ranked: readonly RankedPair[]): Pick<Retrieval, 'queries' | 'units' | 'figures' | 'gain'> {
  const units = ranked.map(({ unit }) => unit);
  const figuresOf = (space: 'embedding' | 'features'): RetrievalFigures =>
    mapFigures((figure) => {
      const { value, se, count } = meanOver(
        ranked.map((pair) => figure(pair[space])),
        units,
      );
      return { value, interval: shareInterval(value, se, count, count) };
    });
  const gainOf = (figure: Figure): Estimate =>
    differenceOver(
      ranked.map(({ embedding, features }) => figure(embedding) - figure(features)),
      units,
    );
  return {
    queries: ranked.length,
    units: new Set(units).size,
    figures: { embedding: figuresOf('embedding'), features: figuresOf('features') },
    gain: { recall1: gainOf(FIGURES.recall1), mapAtR: gainOf(FIGURES.mapAtR) },
  };
}

const mapFigures = (of: (figure: Figure) => Estimate): RetrievalFigures =>
  Object.fromEntries(Object.entries(FIGURES).map(([name, figure]) => [name, of(figure)])) as unknown as RetrievalFigures;

/** A mean difference, -1..1, with its interval. */
export function differenceOver(values: readonly number[], units: readonly number[]): Estimate {
  const { value, se, count } = meanOver(values, units);
  return { value, interval: differenceInterval(value, se, count) };
}

/**
 * The mean of values [n] and its standard error with the values of a unit summed: se² = G / (G - 1) Σ_g (Σ_i in g (x_i - mean))² / n², for G
 * units (Liang & Zeger 1986). `units` [n].
 */
export function meanOver(values: readonly number[], units: readonly number[]): { value: number; se: number; count: number } {
  const value = values.reduce((sum, x) => sum + x, 0) / values.length;
  const sums = new Map<number, number>();
  values.forEach((x, i) => sums.set(units[i]!, (sums.get(units[i]!) ?? 0) + x - value));
  const squares = [...sums.values()].reduce((sum, x) => sum + x * x, 0);
  const count = sums.size;
  return { value, se: Math.sqrt((count / (count - 1)) * squares) / values.length, count };
}
