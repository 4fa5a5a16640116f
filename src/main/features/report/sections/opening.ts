import { timeText } from '../../../../shared/format.ts';
import { markup, nameOf, paragraphsOf, type Html } from '../../../foundation/html.ts';
import type { ReportInput } from '../types.ts';
import { mapLimits } from './map-limits.ts';
import { networksSection } from './networks.ts';
import { dataUrl } from './parts.ts';
import { resultsTable } from './results.ts';
import { signOffSection } from './signoff.ts';

const MARK = markup`<svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><circle cx="8.5" cy="12" r="6" /><circle class="second" cx="15.5" cy="12" r="6" /></svg>`;

/** The first page: title, author, time, introduction, results, networks with their quality, limits of the maps, signature. */
export function openingSection(input: ReportInput, appendix: boolean): Html {
  const { title, introduction, author, logo, generatedMs, comparisons, appVersion, sections } = input;
  const by = author?.trim();
  const count = comparisons.length === 1 ? '1 comparison' : `${comparisons.length} comparisons`;
  return markup`<header class="opening">
<div class="brand">${logo ? markup`<img class="logo" src="${dataUrl({ bytes: logo, mime: 'image/png' })}" alt="Logo">` : null}<p>${MARK} Twinlens comparison report</p></div>
<h1>${nameOf(title)}</h1>
<p class="meta">${by && markup`<span class="author">${nameOf(by)}</span> · `}<time datetime="${new Date(generatedMs).toISOString()}">${timeText(generatedMs)}</time> · ${count} · Twinlens ${appVersion}</p>
${paragraphsOf(introduction ?? '').map((paragraph) => markup`<p class="introduction">${nameOf(paragraph)}</p>`)}
</header>
${resultsTable(comparisons)}
${networksSection(input, appendix)}
<div class="closing">${mapLimits()}
${sections.includes('signature') && signOffSection(by)}</div>`;
}
