import type { Comparison } from '../../../../shared/comparison.ts';
import { cosineText, EXAMPLES_CONDITION, exampleSentences, splitWord } from '../../../../shared/example-words.ts';
import { fileName } from '../../../../shared/format.ts';
import { markup, nameOf, type Html } from '../../../foundation/html.ts';
import type { ImageFile, ReportExamples } from '../types.ts';
import { dataUrl } from './parts.ts';

/** Appendix: the labelled images nearest to those of a comparison, or why they are missing. */
export function examplesPart(examples: ReportExamples | string, comparison: Comparison): Html {
  if (typeof examples === 'string')
    return markup`<h3>Nearest labelled examples</h3>
<p>${examples}</p>`;
  const { found, thumbs } = examples;
  return markup`<h3>Nearest labelled examples</h3>
${([0, 1] as const).map((i) => exampleRow(found.images[i].nearest, thumbs[i], i, comparison))}
${exampleSentences(found, comparison).map((sentence) => markup`<p>${sentence}</p>\n`)}<p class="note">${EXAMPLES_CONDITION}</p>`;
}

const exampleRow = (
  nearest: ReportExamples['found']['images'][0]['nearest'],
  thumbs: readonly (ImageFile | null)[],
  i: 0 | 1,
  { images }: Comparison,
): Html =>
  markup`<div class="examples"><p><span class="letter">${'AB'[i]!}</span> ${images[i].className !== null && nameOf(images[i].className)}</p>${nearest.map(
    ({ file, className, otherClasses, split, cosine }, k) => {
      const thumb = thumbs[k];
      const image = thumb
        ? markup`<img src="${dataUrl(thumb)}" alt="${`Example ${k + 1} of image ${'AB'[i]!}: ${className}`}">`
        : markup`<span class="note">image missing</span>`;
      return markup`<figure>${image}<figcaption><strong>${nameOf([className, ...otherClasses].join(' / '))}</strong> ${cosineText(cosine)}, ${splitWord(split)}<br>${nameOf(fileName(file))}</figcaption></figure>`;
    },
  )}</div>
`;
