import { NBSP, distancePair, fileName, probabilityText, timeText } from '../../../../shared/format.ts';
import { JUDGEMENT_SIGNS } from '../../../../shared/judgement-words.ts';
import { markup, nameOf, paragraphsOf, type Html } from '../html.ts';
import type { ReportEntry, ReportInput } from '../types.ts';
import { verdictWord } from '../../../../shared/comparison-words.ts';
import { verdictClaim } from '../../../../shared/verdict-claim.ts';
import { claimLine } from './parts.ts';

const MARK = markup`<svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><circle cx="8.5" cy="12" r="6" /><circle class="second" cx="15.5" cy="12" r="6" /></svg>`;

/** Title, time, introduction, and a table of verdicts if there are several comparisons. */
export function openingSection({ title, introduction, generatedMs, comparisons, appVersion }: ReportInput): Html {
  const paragraphs = paragraphsOf(introduction ?? '');
  return markup`<header class="opening">
<p class="brand">${MARK} Twinlens comparison report</p>
<h1>${nameOf(title)}</h1>
<p class="meta"><time datetime="${new Date(generatedMs).toISOString()}">${timeText(generatedMs)}</time> · ${
    comparisons.length === 1 ? '1 comparison' : `${comparisons.length} comparisons`
  } · Twinlens ${appVersion}</p>
${paragraphs.map((paragraph) => markup`<p class="introduction">${nameOf(paragraph)}</p>`)}
</header>
${comparisons.length > 1 && overview(comparisons)}`;
}

function overview(comparisons: readonly ReportEntry[]): Html {
  const judged = comparisons.some(({ judgement }) => judgement);
  return markup`<nav class="overview" aria-labelledby="overview-title"><h2 id="overview-title">At a glance</h2>
<table class="figures"><thead><tr><th scope="col">No.</th><th scope="col">Images</th><th scope="col">Verdict</th><th scope="col">Similarity</th><th scope="col">Distance <span class="term">threshold</span></th>${judged && markup`<th scope="col">My judgement</th>`}</tr></thead>
<tbody>${comparisons.map(({ comparison, judgement }, i) => {
    const [a, b] = comparison.images;
    const [distance, threshold] = distancePair(comparison.distance, comparison.threshold);
    return markup`<tr><th scope="row"><a href="#comparison-${i + 1}">${i + 1}</a></th><td>${nameOf(fileName(a.file))}<br>${nameOf(fileName(b.file))}</td><td>${
      comparison.verdict === 'different' ? '≠' : '='
    }${NBSP}${verdictWord(comparison.verdict)}${claimLine(verdictClaim(comparison))}</td><td>${probabilityText(comparison.similarity)}</td><td>${distance} <span class="term">${threshold}</span></td>${
      judged && markup`<td>${judgement ? `${JUDGEMENT_SIGNS[judgement]}${NBSP}${judgement}` : '–'}</td>`
    }</tr>\n`;
  })}</tbody></table></nav>`;
}
