import type { Judgement } from '../../../../shared/comparison.ts';
import { JUDGEMENT_SIGNS, JUDGEMENTS, judgementSentence, judgementWord } from '../../../../shared/judgement-words.ts';
import { markup, nameOf, paragraphsOf, type Html } from '../../../foundation/html.ts';
import { TEXT_WIDTH, textHeight } from '../page-budget.ts';
import type { ReportEntry } from '../types.ts';

const NOTE_HEIGHT = 45; // mm: a longer note is printed below everything else and may continue on the next page

/** The user's judgement with a note that fits. `toSign`: without a judgement there are boxes to tick on paper. */
export function judgementRow(shown: ReportEntry, toSign: boolean): Html | null {
  const { judgement } = shown;
  const paragraphs = isLong(shown) ? [] : paragraphsOf(shown.note ?? '');
  if (!judgement && paragraphs.length === 0 && !toSign) return null;
  return markup`<div class="labelled personal"><h3>My judgement</h3><div>${judgement && markup`<p class="judged"><span class="judged-sign" aria-hidden="true">${JUDGEMENT_SIGNS[judgement]}</span> ${judgementSentence(judgement)}</p>`}
${!judgement && toSign && markup`<div class="choices">${JUDGEMENTS.map((word) => markup`<span class="choice"><span class="box" aria-hidden="true"></span> ${judgementWord(word)}</span> `)}</div>`}
${paragraphs.map(noteParagraph)}</div></div>`;
}

/** A note that is too long for the page. */
export function noteBelow(shown: ReportEntry): Html | null {
  if (!isLong(shown)) return null;
  return markup`<div class="long-note"><h3>My note</h3>
${paragraphsOf(shown.note ?? '').map(noteParagraph)}</div>`;
}

/** Height on paper, mm. */
export const judgementHeight = (shown: ReportEntry, toSign: boolean): number =>
  (shown.judgement || toSign ? 6.5 : 0) + (isLong(shown) ? 0 : noteHeight(shown));

export const judgementText = (judgement: Judgement): string => `${JUDGEMENT_SIGNS[judgement]}\u00a0${judgementWord(judgement)}`;

const noteParagraph = (text: string): Html => markup`<p>${nameOf(text)}</p>`;
const noteHeight = ({ note }: ReportEntry): number =>
  paragraphsOf(note ?? '').reduce((height, text) => height + textHeight({ text, width: TEXT_WIDTH, size: 9, space: 1 }), 0);
const isLong = (entry: ReportEntry): boolean => noteHeight(entry) > NOTE_HEIGHT;
