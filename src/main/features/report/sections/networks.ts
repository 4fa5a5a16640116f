import { unseenText } from '../../../../shared/same-meaning.ts';
import { aucText, countText, distanceText, percentTexts, timeText } from '../../../../shared/format.ts';
import { recalibratedSentence } from '../../../../shared/comparison-words.ts';
import { baselineSentence, differenceSentence } from '../../../../shared/difference-words.ts';
import { partOfExperiment } from '../../../../shared/experiment-words.ts';
import { testMetrics } from '../../../../shared/run-comparison.ts';
import { intervalNote } from '../../../../shared/interval-words.ts';
import { findingText } from '../../../../shared/lint.ts';
import type { Metrics } from '../../../../shared/run.ts';
import { basisText, choiceText, seenWarning } from '../../../../shared/threshold-words.ts';
import { networkName, removedRunName, runName, sessionWarnings } from '../../../../shared/run-words.ts';
import { lintRun } from '../../../domain/lint/run.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import type { ReportDataset, ReportInput, ReportRun } from '../types.ts';
import { datasetChanged } from './data.ts';
import { aucRange } from './metrics.ts';
import { warningList } from './parts.ts';

/** First page: data set and test metrics of each network, and the conditions under which the metrics hold. */
export function networksSection({ runs, datasets, comparisons }: Pick<ReportInput, 'runs' | 'datasets' | 'comparisons'>, appendix: boolean): Html {
  const datasetOf = (run: ReportRun): ReportDataset | undefined => datasets.find(({ dataset }) => dataset === run.dataset);
  const lost = [...new Set(comparisons.map(({ comparison }) => comparison.run))].filter((id) => !runs.some(({ run }) => run === id));
  const metrics = runs.flatMap((run) => run.metrics.filter(({ split }) => split === 'test'));
  return markup`<section class="networks" aria-labelledby="networks-title">
<h2 id="networks-title">${runs.length + lost.length === 1 ? 'Network and data set' : 'Networks and data sets'}</h2>
<table class="figures"><thead><tr><th scope="col">Network</th><th scope="col">Data set</th><th scope="col">Test pairs</th><th scope="col">AUC <span class="term">95 % interval</span></th><th scope="col">Right <span class="term">accuracy</span></th><th scope="col">Equal error rate</th><th scope="col">Threshold <span class="term">distance</span></th></tr></thead>
<tbody>${runs.map((run, i) => networkRow(run, datasetOf(run), `network-${i + 1}`, appendix ? `run-${i + 1}` : null))}${lost.map(
    (id) =>
      markup`<tr><th scope="row">${removedRunName(id)}</th><td colspan="6">This run is no longer in the workspace, so there are no figures on test pairs.</td></tr>`,
  )}</tbody></table>
${
  metrics.length > 0 &&
  markup`<p class="note">${conditions(
    metrics,
    runs.every(({ thresholds }) => !thresholds?.[0]?.testSeen),
  )}</p>`
}
${runs.map((run) => {
  const dataset = datasetOf(run);
  return [
    baselineNote(run, runs.length > 1),
    besideNote(run, runs[0]!),
    seedsNote(run, runs.length > 1),
    warningList(
      [
        ...sessionWarnings(run.sessions),
        ...lintRun(run).map(findingText),
        ...thresholdWarning(run),
        ...recalibrated(run, comparisons),
        ...(run.error === null ? [] : [run.error]),
      ],
      `About ${runName(run)}`,
    ),
    dataset && datasetChanged(run, dataset),
  ];
})}
${datasets.map(({ name, warnings }) => warningList(warnings, `About the data set ${name}`))}
</section>`;
}

/** What training added to the network that it started from. `named`: begins with the run's name. */
function baselineNote(run: ReportRun, named: boolean): Html | false {
  const baseline = testMetrics(run)?.baseline;
  return baseline !== undefined && markup`<p class="note">${named && markup`${nameOf(runName(run))}: `}${baselineSentence(baseline)}</p>`;
}

/** That the run is one seed of several, with the mean of all. `named`: begins with the run's name. */
function seedsNote(run: ReportRun, named: boolean): Html | false {
  const { seeds, config } = run;
  return Boolean(seeds) && markup`<p class="note">${named && markup`${nameOf(runName(run))}: `}${partOfExperiment(config, seeds!)}</p>`;
}

/** Whether a run is better than the first one of the report, if that is proven. */
function besideNote(run: ReportRun, first: ReportRun): Html | false {
  const { beside } = run;
  if (!beside) return false;
  if (beside.comparison) return markup`<p class="note">${differenceSentence(runName(run), runName(first), beside.comparison.difference)}</p>`;
  return markup`<p class="note">${runName(run)} and ${runName(first)} are not compared in numbers. ${beside.problem}</p>`;
}

function networkRow(run: ReportRun, dataset: ReportDataset | undefined, id: string, anchor: string | null): Html {
  const test = testMetrics(run);
  const [accuracy, eer] = test ? percentTexts([test.accuracy, test.eer]) : [];
  const name = nameOf(runName(run));
  return markup`<tr id="${id}"><th scope="row">${anchor ? markup`<a href="#${anchor}">${name}</a>` : name}<span class="term">${networkName(run.config)}, trained ${timeText(run.createdMs)}</span></th>
<td data-label="Data set">${dataset ? datasetCell(dataset) : markup`<code>${run.dataset}</code> <span class="term">no longer in the workspace</span>`}</td>
${
  test
    ? markup`<td data-label="Test pairs">${countText(test.pairs)} <span class="term">${countText(test.same)} same, ${countText(test.different)} different${test.pairSet === undefined && ', older pairs'}${test.unseen && `, on ${unseenText(test, run.config)}`}</span></td><td data-label="AUC">${aucText(test.auc)}${aucRange(test)}</td><td data-label="Right">${accuracy}</td><td data-label="Equal error rate">${eer}</td>`
    : markup`<td colspan="4">This network has not been evaluated on test pairs, so there are no results on unseen images.</td>`
}<td data-label="Threshold">${run.calibration ? distanceText(run.calibration.threshold) : '–'}${ruleTerm(run)}</td></tr>\n`;
}

function datasetCell({ name, images, classes, groups }: ReportDataset): Html {
  const subjects = groups === null ? '' : `, ${countText(groups)} subjects`;
  return markup`${nameOf(name)} <span class="term">${countText(images)} images in ${countText(Object.keys(classes).length)} classes${subjects}</span>`;
}

/** The rule of the threshold, unless it is the default and describes the figures. */
function ruleTerm({ thresholds, validDistances, calibration }: ReportRun): Html | false {
  const current = thresholds?.[0];
  if (current === undefined || !validDistances || !calibration) return false;
  const basis = basisText(current, validDistances, calibration);
  return (
    (current.choice.rule !== 'even' || basis !== null) &&
    markup` <span class="term">${choiceText(current.choice)}${basis !== null && ` ${basis}`}</span>`
  );
}

/** `isUnseen`: no threshold was chosen after figures on test pairs were seen. */
const conditions = (metrics: readonly Metrics[], isUnseen: boolean): string =>
  `Computed on a sample of the pairs of test images, which were used neither for training nor to choose ${isUnseen ? 'epoch and threshold' : 'the epoch'}. ${intervalNote(metrics)}`;

/** Comparisons whose verdict or similarity is of an earlier threshold or curve than the figures of the run. */
function recalibrated({ run, modelSha256, calibration }: ReportRun, comparisons: ReportInput['comparisons']): string[] {
  return comparisons.flatMap(({ comparison }, i) => {
    if (!calibration || comparison.run !== run || comparison.modelSha256 !== modelSha256) return [];
    const sentence = recalibratedSentence(comparison, calibration);
    return sentence === null ? [] : [`Comparison ${countText(i + 1)}: ${sentence} The figures above are of today’s threshold and curve.`];
  });
}

function thresholdWarning({ thresholds }: ReportRun): string[] {
  const current = thresholds?.[0];
  const warning = current ? seenWarning(current) : null;
  return warning === null ? [] : [`Threshold: ${warning}`];
}
