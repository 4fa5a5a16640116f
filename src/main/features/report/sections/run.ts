import { encoderRankFact } from '../../../../shared/encoder-rank.ts';
import { midpointOf } from '../../../../shared/calibration.ts';
import { hasEpochs } from '../../../../shared/losses.ts';
import type { ReportSection } from '../../../../shared/report.ts';
import type { RunStatus } from '../../../../shared/run.ts';
import { durationText, settingText, timeText } from '../../../../shared/format.ts';
import { networkName, earlyEndSentence, runName } from '../../../../shared/run-words.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import type { ReportDataset, ReportRun } from '../types.ts';
import { dataSection } from './data.ts';
import { metricsTables, trainingCurves } from './metrics.ts';
import { randomisationPart } from './randomisation.ts';
import { facts, versionList } from './parts.ts';
import { structurePart } from './structure.ts';
import { thresholdPart } from './threshold.ts';
import { settingsTables } from './settings.ts';

const STATUS_WORDS = {
  running: 'still training at the time of this report',
  done: 'finished',
  failed: 'failed',
  cancelled: 'cancelled by the user',
  interrupted: 'interrupted',
} as const satisfies Record<RunStatus, string>;

const fourFigures = (x: number): string => settingText(Number(x.toPrecision(4)));

/** Appendix: the chosen of quality, training and data set of a run. Appears once, for all comparisons that used it. */
export function runSection(run: ReportRun, dataset: ReportDataset | undefined, id: string, sections: readonly ReportSection[]): Html {
  return markup`<section class="run" id="${id}" aria-labelledby="${id}-title">
<p class="eyebrow">Appendix · The network</p>
<h2 id="${id}-title">${nameOf(runName(run))} <span class="and">${networkName(run.config)}</span></h2>
${
  sections.includes('quality') &&
  markup`<h3>How good is it?</h3>
${metricsTables(run)}
${thresholdPart(run)}
${structurePart(run)}
${randomisationPart(run)}`
}
${sections.includes('training') && trainingParts(run)}
${
  sections.includes('dataset') &&
  markup`<h3>Training data</h3>
${dataSection(run, dataset)}`
}
</section>`;
}

const epochsText = (run: ReportRun): string =>
  [`${run.epochs.length} done${run.bestEpoch === null ? '' : `, epoch ${run.bestEpoch} is the best`}.`, earlyEndSentence(run) ?? ''].join(' ').trim();

const trainingParts = (run: ReportRun): Html => markup`<h3>Training</h3>
${trainingCurves(run)}
<h3>Settings</h3>
${settingsTables(run.config)}
<h3>Provenance</h3>
${facts([
  ['Run', markup`${nameOf(runName(run))}, ${STATUS_WORDS[run.status]}; on the command line <code>${run.run}</code>`],
  ['Trained', `${timeText(run.createdMs)}, for ${durationText(run.seconds)}`],
  ...(run.encoderRank ? [Object.values(encoderRankFact(run.encoderRank)) as [string, string]] : []),
  ...(hasEpochs(run.config) ? [['Epochs', epochsText(run)] as const] : []),
  [
    'Similarity curve',
    run.calibration
      ? markup`1 / (1 + exp(<i>k</i> ${run.calibration.scale ? markup`(ln <i>o</i>(<i>D</i>) − ln <i>o</i>(<i>D</i><sub>50</sub>))` : markup`(<i>D</i> − <i>D</i><sub>50</sub>)`})) with <i>k</i> = ${fourFigures(run.calibration.slope)}${run.calibration.scale ? markup`, <i>o</i>(<i>D</i>) = (<i>D</i>²/2) / (1 − <i>D</i>²/2)` : ' per unit of distance'}, <i>D</i><sub>50</sub> = ${fourFigures(midpointOf(run.calibration))}${run.calibration.fit ? '' : '; of an older version, which fitted only k'}`
      : 'not calibrated',
  ],
  ['Model file (SHA-256)', run.modelSha256 ? markup`<code>${run.modelSha256}</code>` : 'no model stored'],
  ['Software', versionList(run.versions)],
])}`;
