import type { Comparison } from '../../../../shared/comparison.ts';
import { BLUR_SIGMA, ROLLED_MAPS, SEED_VERSION } from '../../../../shared/faithfulness.ts';
import { COARSE_SHARES, FLIP_MODES, type FlipMode, type FlipSearch, type FlipTest } from '../../../../shared/flip.ts';
import { FLIP_CAVEAT, type FlipRow, flipWords, shareText } from '../../../../shared/flip-words.ts';
import { gateSentence } from '../../../../shared/faithfulness-words.ts';
import { listText, NBSP, threeDigits, timeText } from '../../../../shared/format.ts';
import { markup, type Html } from '../../../foundation/html.ts';
import type { FlipImage, ReportExtras } from '../types.ts';
import { claimLine, dataUrl, facts } from './parts.ts';

const TITLES = { remove: 'part blurred', keep: 'part sharp' } as const satisfies Record<FlipMode, string>;

/** Appendix: the flip test of a comparison with its pictures, and everything that is needed to repeat it; null if there was none. */
export function flipDetails(comparison: Comparison, pictures: ReportExtras['flip'] = []): Html | null {
  const { flip } = comparison;
  if (!flip) return null;
  const { limits, rows, missing } = flipWords({ ...comparison, flip });
  const images = typeof pictures === 'string' ? [] : pictures;
  return markup`<h3>Flip test</h3>
${[...limits, ...missing].map((text) => markup`<p>${text}</p>`)}
${rows.length > 0 && [markup`<p>${METHOD} ${FLIP_CAVEAT}</p>`, typeof pictures === 'string' && markup`<p>The pictures can’t be drawn any more. ${pictures}</p>`]}
${FLIP_MODES.map((mode) =>
  rows.map((row) =>
    searchBlock(
      row,
      mode,
      images.filter((image) => image.mode === mode && image.part === row.part),
    ),
  ),
)}
${facts([
  ...FLIP_MODES.flatMap((mode) =>
    rows.map(({ part, title }) => [`Distances, ${title} ${TITLES[mode]}`, triedText(flip.parts[part]![mode])] as const),
  ),
  ['Distance without a change', threeDigits(flip.distance)],
  ['Gate', gateSentence(flip)],
  ['Seeds of the copies', seedsOf(flip)],
  ['Tested', timeText(flip.testedMs)],
])}`;
}

const searchBlock = ({ title, ...claims }: FlipRow, mode: FlipMode, images: readonly FlipImage[]): Html =>
  markup`<div class="flip undivided"><div>${claimLine({ ...claims[mode], words: `${title}: ${lowerFirst(claims[mode].words)}` })}
<p>${claims[mode].sentence}</p></div>
<div class="flip-pictures">${images.map((image) => picture(image))}</div></div>`;

const picture = ({ image, letter, share, mode }: FlipImage): Html => {
  const name = letter.toUpperCase();
  const part = mode === 'remove' ? `${shareText(share)} of` : share === 0 ? 'all of' : `all but ${shareText(share)} of`;
  const blurred = `${part} ${name} blurred`;
  return markup`<figure><img src="${dataUrl(image)}" alt="${blurred}"><figcaption>${blurred}</figcaption></figure>`;
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** "5 % 1.52, 10 % 1.31": the distance at each tried share. */
const triedText = ({ tried }: FlipSearch): string => tried.map(({ share, distance }) => `${shareText(share)}: ${threeDigits(distance)}`).join(', ');

const seedsOf = ({ recipe, pixels }: FlipTest): Html =>
  markup`as of the check of the maps, version ${SEED_VERSION}; recipe of the test ${recipe}; SHA-256 of the pixels of A <code>${pixels[0]}</code>, of B <code>${pixels[1]}</code>`;

const METHOD = `The image is blurred (standard deviation ${Math.round(100 * BLUR_SIGMA)}${NBSP}% of its side) where its map has most evidence for the verdict, in steps of ${listText(COARSE_SHARES.map(shareText))} of the area; between the first share that changes the verdict and the one before it every percent is tried. The reverse blurs everything else. ${ROLLED_MAPS} copies of the map, turned, mirrored and shifted around the edges, are tried at the same shares. The pictures have the pixels that the network read, at its own resolution and square.`;
