import { SPLITS } from '../../../../shared/dataset.ts';
import { LOSS_INFO } from '../../../../shared/losses.ts';
import type { Metrics, RunRecord } from '../../../../shared/run.ts';
import { splitName } from '../../../domain/evaluate/check.ts';
import { RESAMPLES } from '../../../domain/evaluate/metrics.ts';
import EpochCurves from '../../../../shared/charts/EpochCurves.svelte';
import RocChart from '../../../../shared/charts/RocChart.svelte';
import { chart } from '../chart.ts';
import { aucText, countText, distanceText, percentText, percentTexts } from '../../../../shared/format.ts';
import { markup, type Html } from '../html.ts';

/** Loss and AUC by epoch. */
export function trainingCurves({ run: id, config, epochs, bestEpoch }: RunRecord): Html {
  if (epochs.length === 0) return markup`<p>No epoch finished, so there are no curves.</p>`;
  const { label, unit } = LOSS_INFO[config.loss];
  const last = epochs[epochs.length - 1];
  const best = bestEpoch === null ? 'No epoch was chosen.' : `Epoch ${bestEpoch} was chosen: the best AUC on validation pairs.`;
  const ends = (name: string, train: string, valid: string): string =>
    `${name} over ${epochs.length} epochs; in the last epoch ${train} on training and ${valid} on validation pairs. ${best}`;
  const run = { run: id, name: '', epochs, bestEpoch };
  const curves = (metric: 'loss' | 'auc', title: string, summary: string): Html =>
    chart(EpochCurves, { run, metric, title, label: summary, width: 460, height: 260 });
  return markup`<div class="charts">
<figure class="plot">${curves('loss', `${label} (${unit})`, ends('Loss', distanceText(last.lossTrain), distanceText(last.lossValid)))}<figcaption>Loss: the value that training minimises. ${best}</figcaption></figure>
<figure class="plot">${curves('auc', 'AUC (0.5 guessing, 1 perfect)', ends('AUC', aucText(last.aucTrain), aucText(last.aucValid)))}<figcaption>AUC: how well distances rank different pairs above same pairs.</figcaption></figure>
</div>`;
}

/** Metrics of each split, confusion matrices, ROC curve. */
export function metricsTables(run: RunRecord): Html {
  const metrics = [...run.metrics].sort((a, b) => SPLITS.indexOf(b.split) - SPLITS.indexOf(a.split)); // test first
  if (metrics.length === 0) return markup`<p>This network has not been evaluated yet. Evaluate the run to get its metrics here.</p>`;
  const perfect = metrics.some((m) => m.auc === 1);
  return markup`<table class="figures">
<caption>Computed over the pairs of each row, not over all possible pairs: sampled with the data set’s seed, each image with as many partners of its own class as of others, up to ten of each, for about 1,000 pairs a split. “Different” is the positive class.</caption>
<thead><tr><th scope="col">Pairs</th><th scope="col">Number</th><th scope="col">AUC <span class="term">95 % interval</span></th><th scope="col">Right <span class="term">accuracy</span></th><th scope="col">Equal error rate</th></tr></thead>
<tbody>${metrics.map(figuresRow)}</tbody></table>
<p class="note">The threshold and the best epoch were chosen on validation pairs, so the validation figures are optimistic: quote the test figures. Intervals are from ${RESAMPLES} bootstrap resamples of pairs; pairs that share an image are not independent, so the true uncertainty is somewhat larger.${
    perfect && ' With an AUC of exactly 1 every resample gives 1 too, so its interval is meaningless.'
  }</p>
<div class="charts">
<figure class="plot">${chart(RocChart, { metrics, width: 400 })}<figcaption>ROC: true and false positive rate at every threshold. The closer to the upper left, the better. The dot marks the threshold in use, on ${splitName(metrics[0].split)} pairs.</figcaption></figure>
<div>${metrics.map(confusionTable)}</div>
</div>`;
}

function figuresRow(m: Metrics): Html {
  const [accuracy, eer] = percentTexts([m.accuracy, m.eer]);
  return markup`<tr><th scope="row">${splitName(m.split)}</th><td>${countText(m.pairs)} <span class="term">${countText(m.same)} same, ${countText(m.different)} different</span></td><td>${aucText(m.auc)} <span class="term">${aucText(m.aucLow)}–${aucText(m.aucHigh)}</span></td><td>${accuracy}</td><td>${eer}</td></tr>`;
}

function confusionTable({ split, threshold, confusion: [[tn, fp], [fn, tp]] }: Metrics): Html {
  const cell = (count: number, of: number, right: boolean): Html =>
    markup`<td>${countText(count)} <span class="term">${right ? '✓ right' : '✗ wrong'}, ${percentText(count / of)}</span></td>`;
  return markup`<table class="figures confusion"><caption>Confusion on ${splitName(split)} pairs, at the threshold of ${distanceText(threshold)}</caption>
<thead><tr><td></td><th scope="col">predicted same</th><th scope="col">predicted different</th></tr></thead>
<tbody><tr><th scope="row">truly same</th>${cell(tn, tn + fp, true)}${cell(fp, tn + fp, false)}</tr>
<tr><th scope="row">truly different</th>${cell(fn, fn + tp, false)}${cell(tp, fn + tp, true)}</tr></tbody></table>`;
}
