import { byNaturalOrder } from '../../../../shared/natural-order.ts';
import { SPLIT_NAMES, SPLITS, type RejectedFile } from '../../../../shared/dataset.ts';
import { runName } from '../../../../shared/run-words.ts';
import { countText } from '../../../../shared/format.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import type { ReportDataset, ReportRun } from '../types.ts';
import { facts } from './parts.ts';

const MAX_REJECTED = 500;
/** Rows that stay on one page. A longer table is divided: moved as a whole, it would leave too much of a page empty. */
const UNDIVIDED = 12;

/** The data set of a run: classes, splits, rejected files, and the hash that identifies it. */
export function dataSection(run: ReportRun, dataset: ReportDataset | undefined): Html {
  if (!dataset)
    return markup`<p>The data set <code>${run.dataset}</code> is no longer in the workspace. The run was trained on the snapshot <code>${run.snapshot}</code>.</p>`;
  const classes = Object.entries(dataset.classes).sort(([a], [b]) => byNaturalOrder(a, b));
  return markup`${datasetChanged(run, dataset)}
<div class="tables">
${facts(
  [
    ['Name', nameOf(dataset.name)],
    ['Images', `${countText(dataset.images)} in ${countText(Object.keys(dataset.classes).length)} classes`],
    [
      'Groups',
      dataset.groups === null
        ? 'none, each image is its own subject'
        : `${countText(dataset.groups)} subjects; all images of a subject are in one split`,
    ],
    ['Rejected files', countText(dataset.rejected.length)],
    ['Edited', curationWords(dataset)],
    [markup`Snapshot trained on <span class="term">SHA-256</span>`, markup`<code>${run.snapshot}</code>`],
  ],
  'Data set',
)}
<div><table class="figures"><caption>Splits</caption><thead><tr><th scope="col">Split</th><th scope="col">Images</th></tr></thead>
<tbody>${SPLITS.map((split) => markup`<tr><th scope="row">${SPLIT_NAMES[split]}</th><td>${countText(dataset.splits[split])}</td></tr>`)}</tbody></table>
<table class="figures${classes.length <= UNDIVIDED ? ' undivided' : ''}"><caption>Classes</caption><thead><tr><th scope="col">Class</th><th scope="col">Images</th></tr></thead>
<tbody>${classes.map(([name, images]) => markup`<tr><th scope="row">${nameOf(name)}</th><td>${countText(images)}</td></tr>`)}</tbody></table></div>
</div>
${rejectedFiles(dataset.rejected)}`;
}

/** A warning where the run was trained on another state of the data set; else null. */
export function datasetChanged(run: ReportRun, dataset: ReportDataset): Html | null {
  if (dataset.snapshot === run.snapshot) return null;
  return markup`<aside class="warnings" aria-label="Warning: the data set has changed"><p class="warn-title"><span class="bang" aria-hidden="true">!</span> The data set has changed since ${nameOf(runName(run))} was trained</p><p>Its numbers in this report are the current ones (snapshot <code>${dataset.snapshot}</code>), not those at training time.</p></aside>`;
}

/** How the data set was edited since its import. Image files never change: runs use the edited list. */
function curationWords({ curation }: ReportDataset): string {
  if (!curation) return 'not recorded';
  const { excluded, relabelled } = curation;
  const images = (n: number): string => `${countText(n)} ${n === 1 ? 'image' : 'images'}`;
  const changes = [excluded > 0 && `${images(excluded)} excluded`, relabelled > 0 && `${images(relabelled)} moved to another class`].filter(
    (part) => part !== false,
  );
  return changes.length === 0 ? 'no, as imported' : changes.join(', ');
}

function rejectedFiles(files: readonly RejectedFile[]): Html | null {
  if (files.length === 0) return null;
  const reasons = new Map<string, number>();
  for (const { reason } of files) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const byFrequency = [...reasons].sort(([, a], [, b]) => b - a);
  const more = files.length - MAX_REJECTED;
  return markup`<details><summary>${countText(files.length)} ${files.length === 1 ? 'file was' : 'files were'} rejected: ${byFrequency
    .slice(0, 3)
    .map(([reason, count]) => `${countText(count)} × ${reason.replace(/[.\s]+$/, '')}`)
    .join('; ')}${byFrequency.length > 3 && `; and ${byFrequency.length - 3} more reasons`}</summary>
<table class="figures rejected"><thead><tr><th scope="col">File</th><th scope="col">Why</th></tr></thead>
<tbody>${files.slice(0, MAX_REJECTED).map(({ file, reason }) => markup`<tr><th scope="row">${nameOf(file)}</th><td>${reason}</td></tr>`)}</tbody></table>
${more > 0 && markup`<p>And ${countText(more)} more.</p>`}</details>`;
}
