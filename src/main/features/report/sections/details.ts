import DistanceHistogram from '../../../../shared/charts/DistanceHistogram.svelte';
import { distanceWords, targetSentence, trueLabelSentence } from '../../../../shared/comparison-words.ts';
import { methodInfo, methodWords } from '../../../../shared/explanation-methods.ts';
import { completenessSentences } from '../../../../shared/map-words.ts';
import { distanceText, fileName, fileNames, probabilityText, timeText } from '../../../../shared/format.ts';
import { removedRunName, runName } from '../../../../shared/run-words.ts';
import type { RunRecord } from '../../../../shared/run.ts';
import { chart } from '../chart.ts';
import { markup, nameOf, type Html } from '../html.ts';
import type { ReportEntry, ReportRun } from '../types.ts';
import { mapCheckDetails } from './map-check.ts';
import { facts, versionList } from './parts.ts';

/** Appendix: figures of one comparison, its position among the validation pairs, and its origin. */
export function detailsSection({ comparison }: ReportEntry, number: number, run: ReportRun | undefined): Html {
  const [a, b] = comparison.images;
  const id = `details-${number}`;
  const { distance, threshold, shown } = distanceWords(comparison);
  const names = fileNames(a.file, b.file);
  const truth = trueLabelSentence(comparison);
  return markup`<section class="details" id="${id}" aria-labelledby="${id}-title">
<p class="eyebrow">Appendix · Details</p>
<h2 id="${id}-title"><a href="#comparison-${number}">Comparison ${number}</a> <span class="and">${nameOf(names[0])} and ${nameOf(names[1])}</span></h2>
<div class="evidence">
<div>
<dl class="score">
<div><dt>Similarity</dt><dd>${probabilityText(comparison.similarity)}</dd></div>
<div><dt>Distance</dt><dd>${distance}</dd></div>
<div><dt>Threshold</dt><dd>${threshold}</dd></div>
${run && markup`<div><dt>Margin</dt><dd>${distanceText(run.config.margin)}</dd></div>`}
</dl>
${truth !== null && markup`<p>${truth}</p>`}
<p>${targetSentence(comparison)} They are computed by the method ${methodWords(comparison)}. ${methodInfo(comparison.method).hint}</p>
${completenessSentences(comparison).map((sentence) => markup`<p>${sentence}</p>`)}
</div>
${run?.validDistances && histogramFigure({ ...comparison, distance: shown }, run.validDistances)}
</div>
${mapCheckDetails(comparison)}
${facts([
  ['Comparison', markup`<code>${comparison.comparison}</code>, ${timeText(comparison.createdMs)}`],
  ['Network', nameOf(run ? runName(run) : removedRunName(comparison.run))],
  [
    'Explained',
    markup`${comparison.target === 'verdict' ? 'the verdict' : 'the distance, independent of the verdict'}, by ${methodWords(comparison)}; features of layer <code>${comparison.layer}</code>`,
  ],
  ['Computed by', markup`${comparison.engine} on ${comparison.device}; ${versionList(comparison.versions)}`],
  ['Model file (SHA-256)', markup`<code>${comparison.modelSha256}</code>${modelNote(comparison.modelSha256, run)}`],
  [markup`Image A (SHA-256)`, markup`${nameOf(fileName(a.file))}<br><code>${a.sha256}</code>`],
  [markup`Image B (SHA-256)`, markup`${nameOf(fileName(b.file))}<br><code>${b.sha256}</code>`],
])}
</section>
`;
}

function histogramFigure({ threshold, distance }: ReportEntry['comparison'], valid: NonNullable<RunRecord['validDistances']>): Html {
  return markup`<figure class="plot">
${chart(DistanceHistogram, { valid, threshold, distance, width: 460, height: 268 })}
<figcaption>This pair among the validation pairs: same pairs above the line, different pairs below it. Right of the dashed threshold the verdict is “different”.</figcaption>
</figure>`;
}

const modelNote = (sha256: string, run: RunRecord | undefined): string | null =>
  run?.modelSha256 && run.modelSha256 !== sha256 ? ' – a different checkpoint from the one that the quality figures describe' : null;
