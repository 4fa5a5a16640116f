import { verdictWord } from './comparison-words.ts';
import { distancePair, fileNames, listText, NBSP, percentText, probabilityText } from './format.ts';
import { BLUR_SIGMA } from './faithfulness.ts';
import type { Fill, Stroke, WhatIfResult } from './what-if.ts';

/** Words on what-if edits, for the screen and the report. */

export const FILL_WORDS: Record<Fill, { text: string; help: string }> = {
  blur: { text: 'Blur', help: `Blurred as in the check of the maps: standard deviation ${100 * BLUR_SIGMA}${NBSP}% of the side` },
  inpaint: { text: 'Inpaint', help: 'Filled smoothly from the surroundings, by pull–push (Gortler et al. 1996)' },
  mean: { text: 'Mean colour', help: 'The mean colour of the image' },
  other: { text: 'Other image', help: 'The same part of the other image' },
};

/** The condition of every answer to an edited image. */
export const EDIT_CONDITION =
  'This is the network’s answer to an edited image, not to a photograph. An edit that no camera would make can mislead a network. Blur and inpainting stay nearest to photographs.';

/** Share of the threshold: changes of the distance below it are rounding of float32. */
const ROUNDING = 1e-4;
const isUnchanged = ({ before, after, threshold }: WhatIfResult): boolean => Math.abs(after.distance - before.distance) <= ROUNDING * threshold;

/** Distances before and after an edit and the threshold, with as many decimals as tell them apart. */
export function whatIfTexts(result: WhatIfResult): { before: string; after: string; threshold: string } {
  const { before, after, threshold } = result;
  const pairs = [distancePair(before.distance, threshold), distancePair(after.distance, threshold)];
  if (!isUnchanged(result)) pairs.push(distancePair(before.distance, after.distance));
  const decimals = Math.max(...pairs.flat().map((text) => text.split('.')[1]?.length ?? 0));
  const [a, b, t] = [before.distance, after.distance, threshold].map((value) => value.toFixed(decimals));
  return { before: a!, after: isUnchanged(result) ? a! : b!, threshold: t! };
}

/** What an edit changes: distance and verdict. */
export function whatIfSentence(result: WhatIfResult): string {
  const { before, after } = result;
  const texts = whatIfTexts(result);
  if (isUnchanged(result)) return `The edit does not change the distance of ${texts.before}, up to rounding.`;
  const moves = `The edit ${after.distance > before.distance ? 'raises' : 'lowers'} the distance from ${texts.before} to ${texts.after}`;
  return before.verdict === after.verdict
    ? `${moves}. The verdict stays “${after.verdict}”.`
    : `${moves}, across the threshold of ${texts.threshold}. The verdict changes from “${before.verdict}” to “${after.verdict}”.`;
}

/** In one line, for a screen reader and beside the images. */
export const whatIfLine = (result: WhatIfResult): string => {
  const { before, after } = result;
  const texts = whatIfTexts(result);
  const verdict =
    before.verdict === after.verdict
      ? `verdict still ${after.verdict}`
      : `verdict ${verdictWord(after.verdict).toLowerCase()} instead of ${before.verdict}`;
  return `Distance ${texts.after} instead of ${texts.before}, similarity ${probabilityText(after.similarity)} instead of ${probabilityText(before.similarity)}, ${verdict}`;
};

/** "12 % of A and 3.4 % of B replaced, by blur and the other image". */
export function editedSentence({ edited }: Pick<WhatIfResult, 'edited'>, strokes: readonly Stroke[]): string {
  const shares = edited.flatMap((share, i) => (share > 0 ? [`${percentText(share)} of ${'AB'[i]!}`] : []));
  if (shares.length === 0) return 'Nothing is replaced.';
  const fills = new Set(strokes.flatMap((stroke) => (stroke.tool === 'erase' ? [] : [stroke.fill])));
  const names = (Object.keys(FILL_WORDS) as Fill[]).filter((fill) => fills.has(fill)).map((fill) => NAMES[fill]);
  return `${listText(shares)} replaced, by ${listText(names)}.`;
}

const NAMES: Record<Fill, string> = { blur: 'blur', inpaint: 'inpainting', mean: 'the mean colour', other: 'the other image' };

/** Says that an image was read from its stored copy; null if both were read from their files. */
export function sourceSentence({ sources }: Pick<WhatIfResult, 'sources'>, files: readonly [string, string]): string | null {
  const names = fileNames(...files).filter((_, i) => sources[i] === 'copy');
  if (names.length === 0) return null;
  const [are, have] = names.length === 1 ? ['is', 'has'] : ['are', 'have'];
  return `${listText(names)} ${are} missing or ${have} changed, so the copy that was stored with the comparison was edited (JPEG, at most 1024${NBSP}px). Its distances can differ a little from those of the file.`;
}
