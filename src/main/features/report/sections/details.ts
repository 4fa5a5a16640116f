import { lossInfo } from '../../../../shared/losses.ts';
import DistanceHistogram from '../../../../shared/charts/DistanceHistogram.svelte';
import type { Comparison } from '../../../../shared/comparison.ts';
import { distanceWords, targetSentence, trueLabelSentence } from '../../../../shared/comparison-words.ts';
import { encoderMapsSentence, methodInfo, methodWords } from '../../../../shared/explanation-methods.ts';
import { completenessSentences } from '../../../../shared/map-words.ts';
import { distanceText, fileName, fileNames, probabilityText, timeText } from '../../../../shared/format.ts';
import { removedRunName, runName } from '../../../../shared/run-words.ts';
import type { RunRecord } from '../../../../shared/run.ts';
import { chart } from '../chart.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import type { ReportEntry, ReportExtras, ReportRun } from '../types.ts';
import { examplesPart } from './examples.ts';
import { flipDetails } from './flip.ts';
import { mapCheckDetails } from './map-check.ts';
import { matchesPart } from './matches.ts';
import { facts, versionList } from './parts.ts';

interface DetailsContext {
  run: ReportRun | undefined;
  extras: ReportExtras;
  whole: boolean; // false: only the extras
}

/** Appendix: details of one comparison, and what other sections show of it. */
export function detailsSection({ comparison }: ReportEntry, number: number, { run, extras, whole }: DetailsContext): Html {
  const [a, b] = comparison.images;
  const id = `details-${number}`;
  const names = fileNames(a.file, b.file);
  return markup`<section class="details" id="${id}" aria-labelledby="${id}-title">
<p class="eyebrow">Appendix${whole && ' · Details'}</p>
<h2 id="${id}-title"><a href="#comparison-${number}">Comparison ${number}</a> <span class="and">${nameOf(names[0])} and ${nameOf(names[1])}</span></h2>
${whole && figures(comparison, run)}
${whole && flipDetails(comparison, extras.flip)}
${extras.matches !== undefined && matchesPart(extras.matches, comparison)}
${extras.examples !== undefined && examplesPart(extras.examples, comparison)}
${whole && origin(comparison, run)}
</section>
`;
}

/** Figures of a comparison, its position among the validation pairs, and the check of its maps. */
function figures(comparison: Comparison, run: ReportRun | undefined): Html {
  const { distance, threshold, shown } = distanceWords(comparison);
  const truth = trueLabelSentence(comparison);
  const encoderSentence = encoderMapsSentence(run?.config ?? {});
  return markup`<div class="evidence">
<div>
<dl class="score">
<div><dt>Similarity</dt><dd>${probabilityText(comparison.similarity)}</dd></div>
<div><dt>Distance</dt><dd>${distance}</dd></div>
<div><dt>Threshold</dt><dd>${threshold}</dd></div>
${run && lossInfo(run.config.loss).margin?.unit === 'distance' && markup`<div><dt>Margin</dt><dd>${distanceText(run.config.margin)}</dd></div>`}
</dl>
${truth !== null && markup`<p>${truth}</p>`}
<p>${targetSentence(comparison)} They are computed by the method ${methodWords(comparison)}. ${methodInfo(comparison.method).hint}${encoderSentence !== null && markup` ${encoderSentence}`}</p>
${completenessSentences(comparison).map((sentence) => markup`<p>${sentence}</p>`)}
</div>
${run?.validDistances && histogramFigure({ ...comparison, distance: shown }, run.validDistances)}
</div>
${mapCheckDetails(comparison)}`;
}

/** What identifies a comparison, its network and its files. */
function origin(comparison: Comparison, run: ReportRun | undefined): Html {
  const [a, b] = comparison.images;
  return facts([
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
  ]);
}

function histogramFigure({ threshold, distance }: ReportEntry['comparison'], valid: NonNullable<RunRecord['validDistances']>): Html {
  return markup`<figure class="plot">
${chart(DistanceHistogram, { valid, threshold, distance, width: 460, height: 268 })}
<figcaption>This pair among the validation pairs: same pairs above the line, different pairs below it. Right of the dashed threshold the verdict is “different”.</figcaption>
</figure>`;
}

const modelNote = (sha256: string, run: RunRecord | undefined): string | null =>
  run?.modelSha256 && run.modelSha256 !== sha256 ? ' – a different checkpoint from the one that the quality figures describe' : null;
