import { EMPTY_REASONS, type ComparedImage, type Comparison } from '../../../../shared/comparison.ts';
import { isEmptyMap } from '../../../../shared/maps/kinds.ts';
import { fileName, threeDigits } from '../../../../shared/format.ts';
import { markup, nameOf, type Content, type Html } from '../html.ts';
import type { ImageFile, ReportComparison } from '../types.ts';
import { mapWords } from '../../../../shared/comparison-words.ts';
import { contourSentence, scaleSentence, weakMark } from '../../../../shared/map-words.ts';
import { fullColourOf, savedChoice } from '../../../../shared/maps/run-scale.ts';

/** A row for each image, with photograph, factual and counterfactual map, then the common scale of all four maps. */
export function imageStage({ comparison, images }: ReportComparison): Html {
  const rows = comparison.images.map((image, i) => imageRow(comparison, image, images[i], i === 0 ? 'A' : 'B'));
  return markup`<div class="stage">${rows}${legend(comparison)}</div>`;
}

function imageRow(comparison: Comparison, image: ComparedImage, shown: ReportComparison['images'][number], letter: 'A' | 'B'): Html {
  const words = mapWords(comparison);
  const name = fileName(image.file);
  const describe = (what: string): string => `${what}, image ${letter}: ${name}`;
  return markup`<figure class="row">
<figcaption class="row-head"><span class="letter">${letter}</span> <strong>${nameOf(name)}</strong> <span class="about">${
    image.className === null ? 'not in the data set' : markup`class ${nameOf(image.className)}`
  } · ${image.width} × ${image.height} px</span></figcaption>
<div class="tiles">
${tile(shown.photo, describe('Photograph'), markup`Photograph`, null)}
${tile(
  shown.factual,
  describe(`Factual map, ${words.factual.title}`),
  markup`<span class="sign for" aria-hidden="true">+</span> ${words.factual.title} <span class="term">factual</span>`,
  mapNote(comparison, image, 'factual'),
)}
${tile(
  shown.counterfactual,
  describe(`Counterfactual map, ${words.counterfactual.title}`),
  markup`<span class="sign against" aria-hidden="true">−</span> ${words.counterfactual.title} <span class="term">counterfactual</span>`,
  mapNote(comparison, image, 'counterfactual'),
)}
</div>
</figure>`;
}

const tile = (image: ImageFile, alt: string, caption: Html, note: Content): Html =>
  markup`<figure class="tile"><img src="data:${image.mime};base64,${image.bytes.toString('base64')}" alt="${alt}"><figcaption>${caption}${note}</figcaption></figure>`;

function mapNote(comparison: Comparison, image: ComparedImage, map: 'factual' | 'counterfactual'): Content {
  const { empty } = image;
  if (empty !== null && isEmptyMap(empty, map)) return markup`<span class="empty"><strong>Empty map.</strong> ${EMPTY_REASONS[empty]}</span>`;
  const weak = weakMark(comparison, image, map);
  return weak !== null && markup`<span class="empty">${weak}</span>`;
}

/** The scale below the maps, from 0 (no colour) to full colour. */
function legend(comparison: Comparison): Html {
  const words = mapWords(comparison);
  const choice = savedChoice(comparison);
  const full = fullColourOf(comparison, choice).value;
  const end = threeDigits(full);
  const bar = (kind: 'for' | 'against', title: string): Html =>
    markup`<div class="scale"><div class="scale-bar ${kind}" aria-hidden="true"></div><p class="scale-ends"><span>0 no colour</span> <span>${end} ${lowerFirst(title)}</span></p></div>`;
  return markup`<div class="legend"><p>${scaleSentence(comparison, choice)} ${contourSentence(comparison)}</p>${
    full > 0 && [bar('for', words.factual.title), bar('against', words.counterfactual.title)]
  }</div>`;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
