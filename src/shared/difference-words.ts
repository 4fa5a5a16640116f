import { aucText, countNoun, countText } from './format.ts';
import { aucIntervalText, overText } from './interval-words.ts';
import type { Baseline, Difference, Interval, Metrics } from './run.ts';
import { outcomeOf, type PairedComparison } from './run-difference.ts';

/** A difference with its sign, three decimals: "+0.020", "−0.003". */
export function signedText(difference: number): string {
  const digits = Math.abs(difference).toFixed(3);
  if (Number(digits) === 0) return '0.000';
  return `${difference < 0 ? '\u2212' : '+'}${digits}`;
}

const rangeText = ([low, high]: Interval): string => `${signedText(low)} to ${signedText(high)}`;
/** An interval that lies on one side of 0, without signs, smaller end first. */
const sizeText = (interval: Interval): string =>
  interval
    .map((x) => Math.abs(x))
    .toSorted((x, y) => x - y)
    .map((x) => x.toFixed(3))
    .join(' to ');

/** "+0.020 (+0.005 to +0.034)" */
export const differenceText = ({ value, interval }: Difference): string => `${signedText(value)} (${rangeText(interval)})`;

/** Which of two networks has the higher AUC on the same pairs, if that is proven. `a`, `b`: names within a sentence. */
export function differenceSentence(a: string, b: string, difference: Difference): string {
  const outcome = outcomeOf(difference);
  if (outcome === 'unproven') return `Not proven that ${a} or ${b} is better: the AUCs differ by ${differenceText(difference)}.`;
  return `${a} is ${outcome} than ${b} by ${Math.abs(difference.value).toFixed(3)} (${sizeText(difference.interval)}) in AUC.`;
}

/** Small p as a bound: "< 0.001". */
const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

/** The tests behind a comparison, in sentences. `a`, `b`: names within a sentence. */
export function comparisonDetails(a: string, b: string, c: PairedComparison): string[] {
  const { onlyA, onlyB, p } = c.mcnemar;
  return [
    `The interval is ${overText(c)}, on the same ${countNoun(c.pairs, 'pair')}.${c.resampled ? ` Resampling ${c.over} gives ${rangeText(c.resampled)}.` : ''}`,
    `Verdicts: ${countNoun(onlyA, 'pair')} only ${a} has right, ${countText(onlyB)} only ${b}; accuracy ${differenceText(c.accuracy)}.`,
    `If the pairs were independent: ${c.delong ? `DeLong’s z ${c.delong.z.toFixed(2).replace('-', '\u2212')}, p ${pText(c.delong.p)}; ` : ''}McNemar’s exact p ${pText(p)}.`,
  ];
}

const untrainedName = ({ drawn, fitted }: Pick<Baseline, 'drawn' | 'fitted'>): string =>
  drawn ? 'the network with its random initial weights' : fitted ? 'the network before its head was trained' : 'the pretrained network';

/** What the training of a run added to the network that it started from, on the same pairs. */
export function baselineSentence(baseline: NonNullable<Metrics['baseline']>): string {
  if ('problem' in baseline) return `The untrained network could not be evaluated: ${baseline.problem}`;
  const { gain, auc, interval } = baseline;
  const name = untrainedName(baseline);
  const figures = `AUC ${aucText(auc)} (${aucIntervalText(interval)}) by the cosine of its pooled features`;
  switch (outcomeOf(gain)) {
    case 'better':
      return `Training adds ${gain.value.toFixed(3)} (${sizeText(gain.interval)}) to the AUC of ${name}: ${figures}.`;
    case 'worse':
      return `Training makes ${name} worse by ${Math.abs(gain.value).toFixed(3)} (${sizeText(gain.interval)}): ${figures}.`;
    case 'unproven':
      return `No gain by training is proven over ${name}: ${figures}; training changes it by ${differenceText(gain)}.`;
  }
}
