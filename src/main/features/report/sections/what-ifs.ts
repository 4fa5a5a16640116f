import { verdictWord } from '../../../../shared/comparison-words.ts';
import { fileNames, percentText, probabilityText } from '../../../../shared/format.ts';
import { EDIT_CONDITION, editedSentence, sourceSentence, whatIfSentence, whatIfTexts } from '../../../../shared/what-if-words.ts';
import { markup, nameOf, paragraphsOf, type Html } from '../../../foundation/html.ts';
import type { ReportEntry, ReportWhatIf } from '../types.ts';
import { dataUrl } from './parts.ts';

/**
 * The saved what-if edits of a comparison: both pictures after each edit, and what the network answers. After the pages of all comparisons,
 * so that on paper the edits of several share pages.
 */
export function whatIfsSection({ comparison }: ReportEntry, whatIfs: readonly ReportWhatIf[], number: number): Html {
  const { images } = comparison;
  const id = `edits-${number}`;
  const names = fileNames(images[0].file, images[1].file);
  return markup`<section class="what-ifs" id="${id}" aria-labelledby="${id}-title">
<p class="eyebrow">What if parts of the images were different?</p>
<h2 id="${id}-title"><a href="#comparison-${number}">Comparison ${number}</a> <span class="and">${nameOf(names[0])} and ${nameOf(names[1])}</span></h2>
<p class="note">${EDIT_CONDITION}</p>
${whatIfs.map((one, i) => whatIfFigure(one, i + 1, [images[0].file, images[1].file]))}
</section>
`;
}

function whatIfFigure({ whatIf, pictures }: ReportWhatIf, number: number, files: readonly [string, string]): Html {
  const { result, strokes, note } = whatIf;
  const { before, after } = result;
  const texts = whatIfTexts(result);
  const copy = sourceSentence(result, files);
  const row = (name: string, first: string, second: string): Html =>
    markup`<tr><th scope="row">${name}</th><td>${first}</td><td>${second}</td></tr>\n`;
  return markup`<figure class="what-if">
<figcaption><strong>Edit ${number}</strong>${paragraphsOf(note).map((text) => markup`<p class="edit-note">${nameOf(text)}</p>`)}</figcaption>
<div class="edited">
${
  pictures === null
    ? markup`<p class="note">The images are missing, so the edited images can’t be shown.</p>`
    : pictures.map(
        (picture, i) =>
          markup`<div class="picture"><img src="${dataUrl(picture)}" alt="${`Image ${'AB'[i]!} after edit ${number}`}"><p class="note">${'AB'[i]!} · ${result.edited[i]! > 0 ? `${percentText(result.edited[i]!)} replaced` : 'unchanged'}</p></div>`,
      )
}
<div class="answer"><table><thead><tr><td></td><th scope="col">before</th><th scope="col">after</th></tr></thead><tbody>
${row('Distance', texts.before, texts.after)}${row('Similarity', probabilityText(before.similarity), probabilityText(after.similarity))}${row('Verdict', verdictWord(before.verdict), verdictWord(after.verdict))}</tbody></table>
<p>${whatIfSentence(result)}</p><p>${editedSentence(result, strokes)}</p>${copy !== null && markup`<p class="note">${copy}</p>`}</div>
</div>
</figure>
`;
}
