import type { RunRecord } from '../../../../shared/run.ts';
import DistanceHistogram from '../../../../shared/charts/DistanceHistogram.svelte';
import { chart } from '../chart.ts';
import { distancePair, distanceText, fileName, probabilityText, timeText } from '../../../../shared/format.ts';
import { JUDGEMENT_SIGNS, judgementSentence } from '../../../../shared/judgement-words.ts';
import { markup, nameOf, paragraphsOf, type Html } from '../html.ts';
import type { ReportComparison } from '../types.ts';
import {
  comparisonNames,
  trueLabelSentence,
  similaritySentence,
  targetSentence,
  testSentence,
  verdictSentence,
  verdictWord,
} from '../../../../shared/comparison-words.ts';
import { pairNotices } from '../../../../shared/pair-truth.ts';
import { verdictClaim } from '../../../../shared/verdict-claim.ts';
import { claimLine, facts, warningList } from './parts.ts';
import { imageStage } from './image-stage.ts';

/** A comparison, on its own pages: verdict, images, score, certainty, provenance. */
export function comparisonSection(
  shown: ReportComparison,
  position: { number: number; of: number },
  run: RunRecord | undefined,
  runAnchor: string | null,
): Html {
  const { comparison } = shown;
  const id = `comparison-${position.number}`;
  const [a, b] = comparisonNames(comparison);
  return markup`<section class="comparison" id="${id}" aria-labelledby="${id}-title">
<header class="finding">
<div><p class="eyebrow">Comparison ${position.of > 1 && `${position.number} of ${position.of}`}</p>
<h2 id="${id}-title">${nameOf(a)} <span class="and">and</span> ${nameOf(b)}</h2></div>
<p class="verdict"><span class="glyph" aria-hidden="true">${comparison.verdict === 'different' ? '≠' : '='}</span> ${verdictWord(comparison.verdict)}</p>
${claimLine(verdictClaim(comparison))}
${pairNotices(comparison).map(({ text }) => markup`<p class="notice"><span class="bang" aria-hidden="true">!</span> ${text}</p>`)}
<p class="sentence">${verdictSentence(comparison)}</p>
</header>
${warningList(comparison.warnings, 'About this comparison')}
${imageStage(shown)}
${judgementAndNote(shown)}
<div class="evidence">
<div>
<h3>Score</h3>
${score(shown, run)}
<h3>How sure is this?</h3>
${certainty(shown, run)}
</div>
${run?.validDistances && histogramFigure(shown, run.validDistances)}
</div>
<h3>What these maps explain</h3>
<p>${targetSentence(comparison)} They are computed at the layer <code>${comparison.layer}</code>. <a href="#method">What maps can and cannot say</a> is explained below.</p>
<h3>Provenance</h3>
${provenance(shown, run, runAnchor)}
</section>`;
}

/** The user's judgement and note; null without either, because the sign-off table has boxes to tick. */
function judgementAndNote({ judgement, note }: ReportComparison): Html | null {
  const paragraphs = paragraphsOf(note ?? '');
  if (!judgement && paragraphs.length === 0) return null;
  return markup`<div class="personal"><h3>My judgement</h3>
${judgement && markup`<p class="judged"><span class="judged-sign" aria-hidden="true">${JUDGEMENT_SIGNS[judgement]}</span> ${judgementSentence(judgement)}</p>`}
${paragraphs.map((paragraph) => markup`<p>${nameOf(paragraph)}</p>`)}</div>`;
}

function score({ comparison }: ReportComparison, run: RunRecord | undefined): Html {
  const [distance, threshold] = distancePair(comparison.distance, comparison.threshold);
  return markup`<dl class="score">
<div><dt>Similarity</dt><dd>${probabilityText(comparison.similarity)}</dd></div>
<div><dt>Distance</dt><dd>${distance}</dd></div>
<div><dt>Threshold</dt><dd>${threshold}</dd></div>
${run && markup`<div><dt>Margin</dt><dd>${distanceText(run.config.margin)}</dd></div>`}
</dl>`;
}

function certainty({ comparison }: ReportComparison, run: RunRecord | undefined): Html {
  const test = run?.metrics.find((m) => m.split === 'test');
  const sentences = [
    verdictClaim(comparison).sentence,
    similaritySentence(comparison, run),
    run ? testSentence(test) : 'The run behind this comparison is no longer in the workspace, so there are no figures on test pairs.',
    trueLabelSentence(comparison),
  ];
  return markup`<ul class="certainty">${sentences.map((sentence) => sentence !== null && markup`<li>${sentence}</li>`)}</ul>`;
}

function histogramFigure({ comparison }: ReportComparison, valid: NonNullable<RunRecord['validDistances']>): Html {
  return markup`<figure class="plot">
${chart(DistanceHistogram, { valid, threshold: comparison.threshold, distance: comparison.distance, width: 460, height: 268 })}
<figcaption>This pair among the validation pairs: same pairs above the line, different pairs below it. Right of the dashed threshold the verdict is “different”.</figcaption>
</figure>`;
}

function provenance({ comparison }: ReportComparison, run: RunRecord | undefined, runAnchor: string | null): Html {
  const [a, b] = comparison.images;
  return facts([
    ['Comparison', markup`<code>${comparison.comparison}</code>, ${timeText(comparison.createdMs)}`],
    [
      'Network',
      runAnchor
        ? markup`<a href="#${runAnchor}"><code>${comparison.run}</code></a>`
        : markup`<code>${comparison.run}</code>, no longer in the workspace`,
    ],
    [
      'Explained',
      markup`${comparison.target === 'verdict' ? 'the verdict' : 'the distance, independent of the verdict'}, at layer <code>${comparison.layer}</code>`,
    ],
    ['Computed by', markup`${comparison.engine} on ${comparison.device}; ${versionList(comparison.versions)}`],
    ['Model file (SHA-256)', markup`<code>${comparison.modelSha256}</code>${modelNote(comparison.modelSha256, run)}`],
    [markup`Image A (SHA-256)`, markup`${nameOf(fileName(a.file))}<br><code>${a.sha256}</code>`],
    [markup`Image B (SHA-256)`, markup`${nameOf(fileName(b.file))}<br><code>${b.sha256}</code>`],
  ]);
}

const modelNote = (sha256: string, run: RunRecord | undefined): string | null =>
  run?.modelSha256 && run.modelSha256 !== sha256 ? ' – a different checkpoint from the one in the run’s section' : null;

export const versionList = (versions: Record<string, string>): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ') || 'versions not recorded';
