import { readFileSync } from 'node:fs';
import type { Pair, PairLabel } from '../../../src/shared/dataset.ts';
import type { Reliability } from '../../../src/shared/run.ts';

/** Reference values of similarity curves, made by test/fixtures/make/calibration.py. */
interface CalibrationCase {
  name: string;
  pairs: Pair[];
  distances: number[];
  level: number; // logit of the similarity at `centre`
  slope: number;
  centre: number;
  sklearn?: { slope: number; midpoint: number };
  covariance?: [number, number, number];
  reliability?: Pick<Reliability, 'error' | 'brier' | 'parts'>;
  cllr?: number;
  cllrMin?: number;
}

const FILE = new URL('../../fixtures/calibration.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(FILE, 'utf8')) as {
  cases: (Omit<CalibrationCase, 'pairs'> & { pairs: [number, number, PairLabel][] })[];
};

export const CASES: CalibrationCase[] = cases.map((one) => ({ ...one, pairs: one.pairs.map(([a, b, label]) => ({ a, b, label })) }));
export const caseOf = (name: string): CalibrationCase => CASES.find((one) => one.name === name)!;
