import { countText, NBSP, percentText, sentenceCase, threeDigits } from './format.ts';
import { QUALITY_INFO, type ImageFlag, isGreySet, type QualityContext, type QualityFlag, type QualityNumber } from './quality.ts';

interface FlagWords {
  name: string; // in sentences and as a tag
  help: string; // what it means and how it is measured
  number: string; // what the number is called
}

export const FLAG_WORDS: Record<QualityFlag, FlagWords> = {
  dark: {
    name: 'dark',
    help: 'Nearly all pixels are dark: 99 % of them are below the threshold.',
    number: 'Brightness of the bright parts (0 to 255)',
  },
  bright: {
    name: 'bright',
    help: 'Nearly all pixels are bright: 95 % of them are above the threshold.',
    number: 'Brightness of the dark parts (0 to 255)',
  },
  'near-uniform': {
    name: 'near-uniform',
    help: 'All pixels have nearly the same colour.',
    number: 'Standard deviation of the colours (0 to 127.5)',
  },
  blurred: {
    name: 'blurred',
    help: 'There is little fine detail: the variance of the Laplacian at 256 px, divided by the standard deviation of the brightness, is small. One sharp object is enough.',
    number: 'Sharpness',
  },
  'low-information': {
    name: 'low information',
    help: 'Most pixels have one of a few grey values, as on a blank page: their entropy is low.',
    number: 'Entropy (0 to 8 bits)',
  },
  'odd-aspect': { name: 'odd aspect', help: 'One side is much longer than the other.', number: 'Longer side over shorter side' },
  tiny: {
    name: 'tiny',
    help: 'The image has few pixels: a square of the same area has a side below the threshold, by default 40 px, or a quarter of the median image if that is less.',
    number: 'Side of a square of the same area (px)',
  },
  grey: {
    name: 'grey',
    help: 'The image has no colour, and most of the others have: red, green and blue are nearly equal in 99 % of its pixels.',
    number: 'Difference of the channels (0 to 255)',
  },
};

/** What a number is called where there is little room. */
const SHORT_NAMES: Record<QualityNumber, string> = {
  sharpness: 'sharpness',
  highlights: 'brightness',
  shadows: 'brightness',
  entropy: 'entropy',
  aspect: 'sides',
  side: 'side',
  colour: 'colour',
  contrast: 'contrast',
};

/** "sharpness 0.12" */
export const namedNumberText = (number: QualityNumber, value: number): string => `${SHORT_NAMES[number]} ${qualityNumberText(number, value)}`;

/** A number with its unit: "31 of 255", "21 px", "9.1 : 1". */
export function qualityNumberText(number: QualityNumber, value: number): string {
  switch (number) {
    case 'highlights':
    case 'shadows':
    case 'colour':
      return `${Math.round(value)}${NBSP}of${NBSP}255`;
    case 'contrast':
      return value.toFixed(1);
    case 'entropy':
      return `${value.toFixed(1)}${NBSP}bits`;
    case 'side':
      return `${countText(Math.round(value))}${NBSP}px`;
    case 'aspect':
      return `${value.toFixed(1)}${NBSP}:${NBSP}1`;
    case 'sharpness':
      return threeDigits(value);
    default:
      return number satisfies never;
  }
}

/** What was measured, in plain words: "99 % of the pixels are at most 31 of 255". */
export function flagFact({ flag, value }: Pick<ImageFlag, 'flag' | 'value'>): string {
  const text = qualityNumberText(QUALITY_INFO[flag].number, value);
  switch (flag) {
    case 'dark':
      return `99${NBSP}% of the pixels have a brightness of at most ${text}`;
    case 'bright':
      return `95${NBSP}% of the pixels have a brightness of at least ${text}`;
    case 'near-uniform':
      return `the colours have a standard deviation of ${text} of 255`;
    case 'blurred':
      return `sharpness ${text}`;
    case 'low-information':
      return `the grey values have an entropy of ${text}, of 8 possible`;
    case 'odd-aspect':
      return `the sides are ${text}`;
    case 'tiny':
      return `as large as a square of ${text}`;
    case 'grey':
      return `the channels of 99${NBSP}% of the pixels differ by at most ${text}`;
    default:
      return flag satisfies never;
  }
}

/** "Dark: 99 % of the pixels have a brightness of at most 31 of 255 (threshold 55 of 255)." */
export const flagSentence = (found: ImageFlag): string =>
  `${sentenceCase(FLAG_WORDS[found.flag].name)}: ${flagFact(found)} (threshold ${qualityNumberText(QUALITY_INFO[found.flag].number, found.threshold)}).`;

/** Why no image has the flag grey, or null. */
export const greySetNote = (context: QualityContext): string | null =>
  isGreySet(context) ? `${percentText(context.greyShare)} of the images are grey, so grey is no flaw here.` : null;
