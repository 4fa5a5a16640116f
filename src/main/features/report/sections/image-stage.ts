import type { ComparedImage, Comparison } from '../../../../shared/comparison.ts';
import { isEmptyMap, MAP_KINDS, type MapKind } from '../../../../shared/maps/kinds.ts';
import { fileName, threeDigits } from '../../../../shared/format.ts';
import { markup, nameOf, type Content, type Html } from '../../../foundation/html.ts';
import { PAGE_WIDTH, textHeight, TILE_WIDTH } from '../page-budget.ts';
import type { ImageFile, ReportComparison } from '../types.ts';
import { mapWords } from '../../../../shared/comparison-words.ts';
import { counterfactualFailure, counterfactualFailures } from '../../../../shared/faithfulness-words.ts';
import { contourSentence, emptySentence, kindWords, scaleSentence, weakMapsSentence, weakMark } from '../../../../shared/map-words.ts';
import { fullColourOf, isExceeded, savedChoice } from '../../../../shared/maps/run-scale.ts';
import { dataUrl } from './parts.ts';

/**
 * A row for each image, with photograph, factual and counterfactual map, then the common scale of all four maps. `heights`: of the images
 * on paper, mm.
 */
export function imageStage({ comparison, images }: ReportComparison, heights: readonly [number, number]): Html {
  const rows = comparison.images.map((image, i) =>
    imageRow(comparison, image, { shown: images[i]!, letter: i === 0 ? 'A' : 'B', height: heights[i]! }),
  );
  return markup`<div class="stage">${rows}${legend(comparison)}</div>`;
}

interface Row {
  shown: ReportComparison['images'][number];
  letter: 'A' | 'B';
  height: number;
}

function imageRow(comparison: Comparison, image: ComparedImage, { shown, letter, height }: Row): Html {
  const words = mapWords(comparison);
  const name = fileName(image.file);
  const describe = (what: string): string => `${what}, image ${letter}: ${name}`;
  return markup`<figure class="row" style="--height:${height.toFixed(1)}mm;--ratio:${(image.width / image.height || 1).toFixed(4)}">
<figcaption class="row-head${isLong(image) ? ' long' : ''}"><span class="letter">${letter}</span> <strong>${nameOf(name)}</strong> <span class="about">${
    image.className === null ? 'not in the data set' : markup`class ${nameOf(image.className)}`
  } · ${image.width} × ${image.height} px</span></figcaption>
<div class="tiles">
${tile(shown.photo, describe('Photograph'), markup`Photograph`, null)}
${tile(
  shown.factual,
  describe(`Factual map, ${words.factual.title}`),
  markup`<span class="sign for" aria-hidden="true">+</span> ${words.factual.title} <span class="term">factual</span>`,
  markOf(comparison, image, 'factual'),
)}
${tile(
  shown.counterfactual,
  describe(`Counterfactual map, ${words.counterfactual.title}`),
  markup`<span class="sign against" aria-hidden="true">−</span> ${words.counterfactual.title} <span class="term">counterfactual</span>`,
  markOf(comparison, image, 'counterfactual'),
  failureOf(comparison, image) !== null,
)}
</div>
</figure>`;
}

const tile = (image: ImageFile, alt: string, caption: Html, note: Content, greyed = false): Html =>
  markup`<figure class="tile"><img${greyed && markup` class="greyed"`} src="${dataUrl(image)}" alt="${alt}"><figcaption>${caption}${note}</figcaption></figure>`;

/** The word on a tile. mapRemarks gives the sentence. */
const markWord = (comparison: Comparison, image: ComparedImage, map: MapKind): string | null => {
  if (isEmptyMap(image.empty, map)) return 'empty';
  if (map === 'counterfactual' && failureOf(comparison, image) !== null) return FAILS;
  return weakMark(comparison, image, map) === null ? null : 'weak';
};

const FAILS = 'fails its check';

/** Why the image's counterfactual map is greyed, or null. */
const failureOf = (comparison: Comparison, image: ComparedImage): string | null =>
  counterfactualFailure(comparison, image === comparison.images[0] ? 0 : 1);

function markOf(comparison: Comparison, image: ComparedImage, map: MapKind): Content {
  const word = markWord(comparison, image, map);
  return word !== null && markup` <span class="map-mark">${word}</span>`;
}

/** Sentences on empty and weak maps, each reason once. */
function mapRemarks(comparison: Comparison): string[] {
  const empty = comparison.images.map(({ empty: reason }, i) => ({ reason, letter: 'AB'[i]! })).filter(({ reason }) => reason !== null);
  const byReason = Map.groupBy(empty, ({ reason }) => reason!);
  const weak = weakMapsSentence(comparison);
  const failures = counterfactualFailures(comparison);
  return [
    ...[...byReason].map(
      ([reason, found]) => `Empty maps of ${found.map(({ letter }) => letter).join(' and ')}: ${emptySentence(comparison, reason)}`,
    ),
    ...(weak === null ? [] : [weak]),
    ...(failures === null ? [] : [failures]),
  ];
}

/** The scale below the maps, from 0 (no colour) to full colour. */
function legend(comparison: Comparison): Html {
  const choice = savedChoice(comparison);
  const full = fullColourOf(comparison, choice).value;
  const end = `${isExceeded(comparison, choice) ? '≥ ' : ''}${threeDigits(full)}`;
  const bar = (sign: 'for' | 'against', kind: MapKind): Html =>
    markup`<div class="scale"><div class="scale-bar ${sign}" aria-hidden="true"></div><p class="scale-ends"><span>0 no colour</span> <span>${end} ${kindWords(comparison, kind)}</span></p></div>`;
  return markup`<div class="legend">${
    full > 0 && [markup`<p class="scale-title">Scale of all four maps</p>`, bar('for', 'factual'), bar('against', 'counterfactual')]
  }<p class="scale-words">${scaleWords(comparison)} <a href="#maps">${LIMITS}</a> is on the first page.</p>${mapRemarks(comparison).map(
    (text) => markup`<p class="scale-words map-remark">${text}</p>`,
  )}</div>`;
}

const LIMITS = 'What the maps can and cannot say';

/** Empty and weak maps have no contour. */
function scaleWords(comparison: Comparison): string {
  const hasContour = comparison.images.some((image) =>
    MAP_KINDS.some((kind) => !isEmptyMap(image.empty, kind) && weakMark(comparison, image, kind) === null),
  );
  return `${scaleSentence(comparison, savedChoice(comparison))}${hasContour ? ` ${contourSentence(comparison)}` : ''}`;
}

/** Whether name and class need several lines, in small print. */
const isLong = ({ file, className }: ComparedImage): boolean => fileName(file).length + (className?.length ?? 0) > 70;

/** Height of the stage on paper without the images, mm. */
export function stageHeight(comparison: Comparison): number {
  const words = mapWords(comparison);
  const rows = comparison.images.map((image) => {
    const text = `A ${fileName(image.file)} class ${image.className ?? 'not in the data set'} · ${image.width} × ${image.height} px`;
    const head = isLong(image) ? textHeight({ text, width: PAGE_WIDTH, size: 8.2 }) : 5.8;
    const captions = MAP_KINDS.map((kind) => `+ ${words[kind].title} ${words[kind].term} · ${markWord(comparison, image, kind) ?? ''}`);
    return head + 1 + Math.max(...captions.map((caption) => textHeight({ text: caption, width: TILE_WIDTH - 6, size: 8, space: 2 }))); // 6 mm: the sign
  });
  const texts = [`${scaleWords(comparison)} ${LIMITS} is on the first page.`, ...mapRemarks(comparison)];
  const legend = texts.map((text) => textHeight({ text, width: PAGE_WIDTH, size: 7.5, space: 1 }));
  // 22 mm: the text at the other end of the bar, "0 no colour".
  const ends = MAP_KINDS.map((kind) => textHeight({ text: `≥ 0.0123 ${kindWords(comparison, kind)}`, width: TILE_WIDTH - 22, size: 8, space: 1 }));
  return [...rows, 8, Math.max(...ends), ...legend].reduce((sum, height) => sum + height);
}
