import { signedText } from './difference-words.ts';
import {
  betterWay,
  type ComparedEncoder,
  type EncoderChoice,
  type EncoderComparison,
  type EncoderFigures,
  isProven,
  type Way,
} from './encoder-comparison.ts';
import { isRandom } from './known-encoders.ts';
import { aucText, bytesText, countNoun, countText, fileName, listText } from './format.ts';
import { aucIntervalText, unitsText } from './interval-words.ts';
import type { Difference } from './run.ts';

/** Sentences on compared encoders, for screen, command line and report. */

export const WAY_NAMES = { plain: 'as it is', probe: 'with a linear probe' } as const satisfies Record<Way, string>;

/** "mobilenet_v2_035", "resnet18 (random weights)"; weights are named if they are a file, or if `all` has the encoder with others. */
export function encoderLabel(choice: EncoderChoice, all: readonly EncoderChoice[]): string {
  const { encoder, weights } = choice;
  if (isRandom(choice)) return `${encoder} (random weights)`;
  const isNamed = weights !== null && (/[\\/.]/.test(weights) || all.some((other) => other.encoder === encoder && other.weights !== weights));
  return isNamed ? `${encoder} (${weightsName(weights)})` : encoder;
}

/** The name of a weights file; of one that has the name that all have, that of its folder. */
const weightsName = (path: string): string =>
  /^model\./.test(fileName(path)) ? fileName(path.slice(0, -fileName(path).length - 1)) : fileName(path);

/** "+0.031, 95 % 0.012 to 0.049" */
const aheadText = ({ value, interval }: Difference): string => `AUC ${signedText(value)}, 95\u00a0% ${interval.map(withoutPlus).join(' to ')}`;
const withoutPlus = (end: number): string => signedText(end).replace('+', '');

interface Ranked {
  encoder: ComparedEncoder;
  way: Way;
  figures: EncoderFigures;
}

/** Encoders with figures by their better way, the highest AUC first. */
export function rankedEncoders({ encoders, best }: Pick<EncoderComparison, 'encoders' | 'best'>): Ranked[] {
  const found = encoders.flatMap((encoder): Ranked[] => {
    const better = betterWay(encoder);
    return better ? [{ encoder, ...better }] : [];
  });
  const isBest = (one: Ranked): boolean => best !== null && one.encoder === encoders[best.position];
  return found.toSorted((a, b) => Number(isBest(b)) - Number(isBest(a)) || b.figures.auc.value - a.figures.auc.value);
}

/** The order of a table: the best first, those without figures last. */
export function encodersByRank(comparison: EncoderComparison): ComparedEncoder[] {
  const ranked = rankedEncoders(comparison).map(({ encoder }) => encoder);
  return [...ranked, ...comparison.encoders.filter((encoder) => !ranked.includes(encoder))];
}

/** "0.031 (0.012 to 0.049)": how much lower an AUC is than the best one's, with its interval. */
export const behindText = ({ value, interval }: Difference): string => `${withoutPlus(value)} (${interval.map(withoutPlus).join(' to ')})`;

/** What the comparison found: the best encoder, and against which others that is proven. */
export function comparisonSentences(comparison: EncoderComparison): string[] {
  const label = (encoder: ComparedEncoder): string => encoderLabel(encoder, comparison.encoders);
  const [top, second, ...rest] = rankedEncoders(comparison);
  if (!top) return ['No encoder could be compared.'];
  const name = label(top.encoder);
  const ways = comparison.relation.same === 'class' ? `, ${WAY_NAMES[top.way]}` : '';
  const first = `${name} separates the validation pairs best${ways}: AUC ${aucText(top.figures.auc.value)} (95\u00a0% ${aucIntervalText(top.figures.auc.interval)}).`;
  if (!second) return [first];
  const other = label(second.encoder);
  const behind = second.figures.behind!;
  const proven = isProven(second.figures);
  const sentence = proven
    ? `${name} is better than ${other} (${aheadText(behind.auc)}).`
    : `The difference to ${other} is not proven (${aheadText(behind.auc)})${behind.auc.interval[0] > 0 ? `, once all ${countText(comparison.comparisons)} comparisons are counted` : ''}.`;
  const named = (want: boolean): string => listText(rest.filter(({ figures }) => isProven(figures) === want).map(({ encoder }) => label(encoder)));
  const others = [
    ...(named(true) ? [`It is better than ${named(true)}.`] : []),
    ...(named(false) ? [`The difference to ${named(false)} is not proven${proven ? '' : ' either'}.`] : []),
  ];
  return [first, sentence, ...others];
}

/** How the figures were made and what they do not say. */
export function comparisonNotes(comparison: EncoderComparison): string[] {
  const { pairs, images, comparisons, relation } = comparison;
  const probe = relation.same === 'class' ? ` Probes are fitted to ${countNoun(images.train, 'training image')}.` : '';
  const holm =
    comparisons > 1
      ? ` A difference counts as proven if its p, adjusted by Holm’s method for ${countNoun(comparisons, 'comparison')} with the best, is below 5\u00a0%.`
      : '';
  return [
    `On ${countText(pairs.same)} same and ${countText(pairs.different)} different validation pairs; intervals over ${unitsText(comparison)}.${probe}${holm}`,
    'The best one was chosen on these pairs, so its own figures are a little too good. Test pairs were not used: train with it, and read its test results.',
  ];
}

/** "4.1 ms"; "–" if too few images were timed. */
export function imageTimeText({ time }: Pick<ComparedEncoder, 'time'>): string {
  return time === null ? '–' : `${time.ms < 10 ? time.ms.toFixed(1) : time.ms.toFixed(0)}\u00a0ms`;
}

/** "1.7 MB on disk", "481 kB of parameters"; null where it is not known. */
export const encoderSizeText = ({ bytes, onDisk = false }: Pick<ComparedEncoder, 'bytes' | 'onDisk'>): string | null =>
  bytes === null ? null : `${bytesText(bytes)} ${onDisk ? 'on disk' : 'of parameters'}`;

/** Time of an image, size of images and of the encoder, and licence, as far as they are known. */
export function comparedFacts(encoder: ComparedEncoder): string[] {
  const { time, size, licence, weightsSha256 } = encoder;
  return [
    time === null ? null : `${imageTimeText(encoder)} an image`,
    size === null ? null : `${size} px`,
    encoderSizeText(encoder),
    licence ?? (weightsSha256 === null ? null : 'no licence stated'),
  ].filter((fact) => fact !== null);
}

/** How the times were measured; empty without times. */
export function timeNote({ encoders }: Pick<EncoderComparison, 'encoders'>): string {
  const timed = encoders.flatMap(({ time }) => time ?? []);
  const again = timed.filter((time) => time.again);
  if (timed.length === 0) return '';
  const how =
    again.length === 0
      ? 'while their features were computed'
      : again.length === timed.length
        ? `on up to ${Math.max(...again.map(({ images }) => images))} images that were encoded again, because features were cached`
        : 'while features were computed, or on a few images encoded again where they were cached';
  return `Time of an image on this computer: reading it and the forward pass, measured ${how}.`;
}

/** Encoders that are not on this computer. */
export const missingText = ({ missing }: Pick<EncoderComparison, 'missing'>): string =>
  missing.length === 0
    ? ''
    : `Not on this computer, so not compared: ${listText(missing.map(({ encoder }) => encoder))}. Download their weights first.`;

/** The current step of a comparison. */
export function encoderProgressText({
  encoder,
  position,
  count,
  done,
  total,
}: {
  encoder: string | null;
  position: number;
  count: number;
  done: number;
  total: number;
}): string {
  if (encoder === null) return `Comparing ${countNoun(count, 'encoder')}`;
  return `${encoder} (${position} of ${count})${total > 0 ? `: image ${countText(done)} of ${countText(total)}` : ''}`;
}
