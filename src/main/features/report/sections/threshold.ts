import { brierPartsSentence, OLDER_CURVE, reliabilitySentence } from '../../../../shared/calibration-words.ts';
import { CURVE_WORDS, ERROR_CURVES, type ErrorCurveKind, type PairRates } from '../../../../shared/charts/error-curves.ts';
import ErrorCurve from '../../../../shared/charts/ErrorCurve.svelte';
import ReliabilityChart from '../../../../shared/charts/ReliabilityChart.svelte';
import { operatingPoint } from '../../../../shared/charts/roc.ts';
import { distanceText, timeText } from '../../../../shared/format.ts';
import type { Reliability } from '../../../../shared/run.ts';
import { basisText, choiceText, isOfOtherThreshold, seenWarning, thresholdLines } from '../../../../shared/threshold-words.ts';
import { chart } from '../chart.ts';
import { markup, type Html } from '../../../foundation/html.ts';
import type { ReportRun } from '../types.ts';

/** How the threshold was chosen, its errors on curves of test pairs, and how well similarities are calibrated. */
export function thresholdPart(run: ReportRun): Html | null {
  const { calibration, validDistances, thresholds, metrics } = run;
  if (!calibration || !validDistances) return null;
  const [current, ...earlier] = thresholds ?? [];
  const test = metrics.find(({ split }) => split === 'test');
  const { fit } = calibration;
  return markup`<h3>Threshold</h3>
${current && thresholdLines(current, validDistances, calibration).map((line) => markup`<p>${line}</p>`)}
${
  earlier.length > 0 &&
  markup`<p>Earlier thresholds: ${earlier
    .map(
      (entry) =>
        `${distanceText(entry.threshold)} (${choiceText(entry.choice)}${withComma(basisText(entry, validDistances, calibration))}, ${timeText(entry.chosenMs)}${seenWarning(entry) === null ? '' : ', after test figures were seen'})`,
    )
    .join('; ')}.</p>`
}
${test && isOfOtherThreshold(test, calibration) && markup`<p>The test figures are at an earlier threshold of ${distanceText(test.threshold)}.</p>`}
${
  test &&
  markup`<div class="charts">${ERROR_CURVES.filter((kind) => kind !== 'roc').map((kind) => errorFigure(kind, { ...test, point: operatingPoint(test) }))}</div>`
}
<h3>Calibration of the similarity</h3>
${!fit && markup`<p>${OLDER_CURVE}</p>`}
<div class="charts">${test?.reliability && reliabilityFigure(test.reliability, 'test')}${fit?.reliability && reliabilityFigure(fit.reliability, 'valid')}</div>`;
}

const withComma = (text: string | null): string => (text === null ? '' : `, ${text}`);

const errorFigure = (kind: ErrorCurveKind, rates: PairRates): Html =>
  markup`<figure class="plot">${chart(ErrorCurve, { kind, curves: [rates], width: 400 })}<figcaption>${CURVE_WORDS[kind].label} on test pairs. The dot marks the threshold.</figcaption></figure>`;

const reliabilityFigure = (reliability: Reliability, split: 'valid' | 'test'): Html =>
  markup`<figure class="plot">${chart(ReliabilityChart, { reliability, split, width: 400 })}<figcaption>${reliabilitySentence(reliability, split === 'valid')} Dotted diagonal: perfect; vertical lines: 95 % intervals; bars: pairs. ${brierPartsSentence(reliability)}</figcaption></figure>`;
