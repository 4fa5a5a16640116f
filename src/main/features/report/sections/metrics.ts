import { SPLIT_NAMES, SPLITS } from '../../../../shared/dataset.ts';
import { hasEpochs, LOSS_INFO } from '../../../../shared/losses.ts';
import { meaningOf, sameSentence, unseenText } from '../../../../shared/same-meaning.ts';
import { MAX_LISTED_PAIRS } from '../../../../shared/pair-list.ts';
import { OLDER_PAIRS } from '../../../../shared/run-words.ts';
import { OLDER_CURVES, trainedOnOlderPairs } from '../../../../shared/listed-auc.ts';
import { intervalNote } from '../../../../shared/interval-words.ts';
import type { EpochRow, Interval, Metrics, RunRecord } from '../../../../shared/run.ts';
import { metricsWithoutIntervals } from '../../../domain/evaluate/metrics.ts';
import { axesOf, type Part } from '../../../../shared/charts/curves.ts';
import EpochCurves from '../../../../shared/charts/EpochCurves.svelte';
import RocChart from '../../../../shared/charts/RocChart.svelte';
import { chart } from '../chart.ts';
import { aucText, countText, distanceText, percentText, percentTexts } from '../../../../shared/format.ts';
import { markup, type Html } from '../../../foundation/html.ts';

/** Loss and AUC by epoch. */
export function trainingCurves({ run: id, config, epochs, bestEpoch }: RunRecord): Html {
  if (epochs.length === 0) return markup`<p>No epoch finished, so there are no curves.</p>`;
  if (!hasEpochs(config)) return markup`<p>A linear probe is fitted at once, without epochs, so there are no curves.</p>`;
  const { label, unit } = LOSS_INFO[config.loss];
  const last = epochs[epochs.length - 1];
  const best = bestEpoch === null ? 'No epoch was chosen.' : `Epoch ${bestEpoch} was chosen: the best AUC on validation pairs.`;
  const ends = (name: string, train: string, valid: string): string =>
    `${name} over ${epochs.length} epochs; in the last epoch ${train} on training and ${valid} on validation pairs. ${best}`;
  const run = { run: id, name: '', epochs, bestEpoch };
  const curves = (metric: 'loss' | 'auc', parts: readonly Part[], title: string, summary: string): Html =>
    chart(EpochCurves, { run, metric, parts, title, label: summary, width: 460, height: 260 });
  const losses = ends('Loss', distanceText(last.lossTrain), distanceText(last.lossValid));
  const axes = axesOf(config.loss, ['train', 'valid']);
  const ofPairs = axes.length > 1 ? ' For validation pairs the loss has a formula of its own, so its values are on another axis.' : '';
  return markup`<div class="charts">
<figure class="plot">${axes.map((parts) => curves('loss', parts, `${label} (${unit})`, losses))}<figcaption>Loss: the value that training minimises.${ofPairs} ${best}</figcaption></figure>
<figure class="plot">${curves('auc', ['train', 'valid'], 'AUC (0.5 guessing, 1 perfect)', ends('AUC', aucText(last.aucTrain), aucText(last.aucValid)))}<figcaption>AUC: how well distances rank different pairs above same pairs.</figcaption></figure>
</div>
${trainedOnOlderPairs(config) && markup`<p class="note">${OLDER_CURVES}</p>`}`;
}

/** Metrics of every split that the run has, confusion matrices, ROC curve. */
export function metricsTables(run: RunRecord): Html {
  const validation = run.metrics.some(({ split }) => split === 'valid') ? null : validationMetrics(run);
  const metrics = [...run.metrics, ...(validation ? [validation] : [])];
  metrics.sort((a, b) => SPLITS.indexOf(b.split) - SPLITS.indexOf(a.split)); // test first
  const first = metrics[0];
  if (first === undefined) return markup`<p>This network has not been evaluated yet. Evaluate the run to get its metrics here.</p>`;
  const training = run.epochs.find(({ epoch }) => epoch === run.bestEpoch);
  const notes = [
    run.metrics.some(({ pairSet }) => pairSet !== undefined) && pairsNote(run.config),
    metrics.some(({ pairSet }) => pairSet === undefined) && OLDER_PAIRS,
    `${sameSentence(meaningOf(run.config))} “Different” is the positive class.`,
    metrics.some(({ split }) => split === 'valid') &&
      `${hasEpochs(run.config) ? 'The threshold and the best epoch were' : 'The threshold was'} chosen on the validation pairs, so the validation figures are optimistic: quote the test figures.`,
    training !== undefined && trainingNote(training.epoch, run.config),
    run.metrics.length > 0 && intervalNote(run.metrics),
  ].filter((note) => note !== false);
  return markup`<table class="figures">
<caption>Metrics of each split</caption>
<thead><tr><th scope="col">Pairs</th><th scope="col">Number</th><th scope="col">AUC <span class="term">95 % interval</span></th><th scope="col">Right <span class="term">accuracy</span></th><th scope="col">Equal error rate</th></tr></thead>
<tbody>${metrics.map((m) => figuresRow(m, run.config))}${training && trainingRow(training, run.config)}</tbody></table>
${notes.map((note) => markup`<p class="note">${note}</p>`)}
<div class="charts">
<figure class="plot">${chart(RocChart, { metrics, width: 400 })}<figcaption>ROC: true and false positive rate at every threshold. The closer to the upper left, the better. The dot marks the threshold in use, on ${SPLIT_NAMES[first.split]} pairs.</figcaption></figure>
<div>${metrics.map(confusionTable)}</div>
</div>`;
}

function pairsNote({ same }: RunRecord['config']): string {
  if (same === 'pairs')
    return `Test and validation figures are computed over the pairs of the file whose images are both in the split, at most the first ${countText(MAX_LISTED_PAIRS)}.`;
  return 'Test and validation figures are computed over pairs that all runs of the data set with this meaning of “same” share: as many same as different ones, of each 1,000 or one per image of a larger split, or all that there are. They are drawn with the data set’s seed, balanced over classes (or groups) and their images.';
}
const trainingNote = (epoch: number, config: RunRecord['config']): string =>
  hasEpochs(config)
    ? `The training figures were measured during epoch ${epoch}, the best one: the distance of each pair is that before the step that learned from it${config.augmentation !== null ? ', on augmented images' : ''}; the threshold is the run’s.`
    : 'The training figures are of images that the probe was fitted to, so they are optimistic; the threshold is the run’s.';

/** Metrics on the pairs with which the training chose its best epoch; null without these or a threshold. */
function validationMetrics({ validDistances, calibration }: RunRecord): Metrics | null {
  if (!validDistances || !calibration) return null;
  const { same, different, pairSet } = validDistances;
  if (same.length === 0 || different.length === 0) return null;
  const labels = [...same.map(() => 0), ...different.map(() => 1)];
  const metrics = metricsWithoutIntervals([...same, ...different], labels, calibration.threshold, 'valid');
  return pairSet === undefined ? metrics : { ...metrics, pairSet };
}

function figuresRow(m: Metrics, config: RunRecord['config']): Html {
  const [accuracy, eer] = percentTexts([m.accuracy, m.eer]);
  const shares = m.intervals && { accuracy: shareRange(m.intervals.accuracy), eer: shareRange(m.intervals.eer) };
  return markup`<tr><th scope="row">${SPLIT_NAMES[m.split]}${m.unseen && markup` <span class="term">${unseenText(m, config)}</span>`}</th><td>${countText(m.pairs)} <span class="term">${countText(m.same)} same, ${countText(m.different)} different${m.pairSet === undefined && ', older pairs'}</span></td><td>${aucText(m.auc)}${aucRange(m)}</td><td>${accuracy}${shares?.accuracy}</td><td>${eer}${shares?.eer}</td></tr>`;
}

/** The interval of the AUC, or nothing where it is unknown. */
export const aucRange = ({ intervals }: Metrics): Html | false =>
  intervals !== undefined && markup` <span class="term range">${intervals.auc.map(aucText).join(' to ')}</span>`;

const shareRange = (interval: Interval): Html => markup` <span class="term range">${percentTexts(interval).join(' to ')}</span>`;

/** Figures of the best epoch on its training pairs, whose number and equal error rate are not stored. */
const trainingRow = ({ epoch, aucTrain, accuracyTrain }: EpochRow, config: RunRecord['config']): Html =>
  markup`<tr><th scope="row">${SPLIT_NAMES.train}</th><td>– ${hasEpochs(config) && markup`<span class="term">those of epoch ${epoch}</span>`}</td><td>${aucText(aucTrain)}</td><td>${percentText(accuracyTrain)}</td><td>–</td></tr>`;

function confusionTable({ split, threshold, confusion: [[tn, fp], [fn, tp]] }: Metrics): Html {
  const cell = (count: number, of: number, right: boolean): Html =>
    markup`<td>${countText(count)} <span class="term">${right ? '✓ right' : '✗ wrong'}, ${percentText(count / of)}</span></td>`;
  return markup`<table class="figures confusion"><caption>Confusion on ${SPLIT_NAMES[split]} pairs, at the threshold of ${distanceText(threshold)}</caption>
<thead><tr><td></td><th scope="col">predicted same</th><th scope="col">predicted different</th></tr></thead>
<tbody><tr><th scope="row">truly same</th>${cell(tn, tn + fp, true)}${cell(fp, tn + fp, false)}</tr>
<tr><th scope="row">truly different</th>${cell(fn, fn + tp, false)}${cell(tp, fn + tp, true)}</tr></tbody></table>`;
}
