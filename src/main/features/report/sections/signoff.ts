import type { Judgement } from '../../../../shared/comparison.ts';
import { fileName } from '../../../../shared/format.ts';
import { JUDGEMENTS } from '../../../../shared/judgement-words.ts';
import { markup, nameOf, type Html } from '../html.ts';
import type { ReportEntry } from '../types.ts';
import { verdictWord } from '../../../../shared/comparison-words.ts';

/** A form for the printed page: a judgement for each comparison, name, date and signature. */
export function signOffSection(comparisons: readonly ReportEntry[]): Html {
  const box = (word: Judgement, chosen: boolean): Html =>
    markup`<span class="choice"><span class="box" aria-hidden="true">${chosen && '✓'}</span> ${
      chosen ? markup`<strong>${word}<span class="visually-hidden"> (chosen)</span></strong>` : word
    }</span> `;
  return markup`<section class="signoff" aria-labelledby="signoff-title">
<h2 id="signoff-title">Judgement and signature</h2>
<table class="figures"><thead><tr><th scope="col">No.</th><th scope="col">Images</th><th scope="col">Verdict</th><th scope="col">My judgement</th></tr></thead>
<tbody>${comparisons.map(
    ({ comparison: { images, verdict }, judgement }, i) =>
      markup`<tr><th scope="row">${i + 1}</th><td>${nameOf(fileName(images[0].file))}<br>${nameOf(fileName(images[1].file))}</td><td>${verdictWord(verdict)}</td><td>${JUDGEMENTS.map((word) => box(word, word === judgement))}</td></tr>\n`,
  )}</tbody></table>
<div class="lines"><div class="line remarks"><span>Remarks</span></div><div class="line"><span>Name</span></div><div class="line"><span>Date</span></div><div class="line"><span>Signature</span></div></div>
</section>`;
}
