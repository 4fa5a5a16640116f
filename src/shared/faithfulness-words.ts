import type { ComparedImage, Comparison } from './comparison.ts';
import {
  type Badge,
  badgeOf,
  type BadgeReason,
  COUNTERFACTUAL_SHARE,
  type FaithfulnessCheck,
  GATE_AUC,
  ROLLED_MAPS,
  SUPPORTED_FROM,
  WEAK_FROM,
  zOfImages,
} from './faithfulness.ts';
import { aucText, countNoun, countText, NBSP, percentText, threeDigits } from './format.ts';
import { kindWords } from './map-words.ts';
import { factualSign } from './maps/kinds.ts';
import type { VerdictClaim } from './verdict-claim.ts';

/** Words on how faithful maps are, for the screen, the report and the command line. */

export const BADGE_LABELS = {
  supported: 'Maps supported',
  weak: 'Maps weakly supported',
  'not-supported': 'Maps not supported',
} as const satisfies Record<Badge, string>;

/** The badge of a pair's maps: words, tone and sign as of a verdict's claim, the reason, and one sentence with its condition. */
export interface MapsClaim extends VerdictClaim {
  badge: Badge;
  reason: BadgeReason;
  z: number | null;
  short: string; // for a page with little room
  sentence: string; // `short`, and what it means or what else decided the badge
}

/** z with two decimals and a true minus sign. */
export const zText = (z: number): string => z.toFixed(2).replace('-', '\u2212');

/** `isWrong`: whether the verdict is known to be wrong. Nothing about such a pair is green, also if its maps show what the network used. */
export function mapsClaim(check: FaithfulnessCheck, isWrong = false): MapsClaim {
  const { badge, reason } = badgeOf(check);
  const exceptions = badge === 'supported' ? unsupportedAlone(check) : [];
  const isGood = badge === 'supported' && exceptions.length === 0;
  const tone = isGood && !isWrong ? 'good' : badge === 'not-supported' ? 'warn' : 'neutral';
  const sign = isGood ? '✓' : badge === 'not-supported' ? '✗' : '!';
  const [first, more] = wordsOf(check, reason);
  const except = exceptions.length === 0 ? '' : `. That holds for both maps together: ${exceptions.join(' and ')}`;
  const words = exceptions.length === 0 ? BADGE_LABELS[badge] : `${BADGE_LABELS[badge]} together`;
  return { badge, reason, z: check.z, tone, sign, words, short: `${first}${except}.`, sentence: `${first}${more}${except}.` };
}

/** What is said of an image whose map alone is not clearly better than its rolled copies, although both maps together are. */
const unsupportedAlone = ({ images }: FaithfulnessCheck): string[] =>
  images.flatMap((image, i) => {
    const z = zOfImages([image]);
    if (z !== null && z >= WEAK_FROM) return [];
    return [`the map of ${'AB'[i]!} alone is not supported (${z === null ? 'it is empty, or blurring changes nothing' : `z = ${zText(z)}`})`];
  });

/** The finding, and what it means or what else decided the badge. Together a sentence without its full stop. */
function wordsOf(check: FaithfulnessCheck, reason: BadgeReason): [short: string, more: string] {
  const z = check.z === null ? '' : `z = ${zText(check.z)}`;
  const moves = (than: string, limit: string): string =>
    `Blurring what the maps mark moves the distance ${than} than blurring what ${ROLLED_MAPS} turned and shifted copies of each map mark (${z}${limit})`;
  switch (reason) {
    case 'network':
      return gateWords(check);
    case 'identical':
      return ['Both images have the same pixels, so their distance is 0 for every network', ': a check of the maps says nothing about this one'];
    case 'no-effect':
      return ['Both maps are empty, or blurring what they mark leaves the distance as it is', ': there is nothing that a check could support'];
    case 'elsewhere':
      return [moves('not clearly more', `, below ${WEAK_FROM}`), ', so it is not shown that the distance depends on what they mark'];
    case 'between':
      return [moves('only somewhat more', `, below ${SUPPORTED_FROM}`), ''];
    case 'no-donor':
      return [`${moves('more', '')}, but no training image could be read for the second check`, ''];
    case 'donor':
      return [`${moves('more', '')}, but with training images in place of the blur it does not`, ''];
    case 'moves':
      return [moves('more', `, at least ${SUPPORTED_FROM}`), ', and training images in place of the blur agree'];
    default:
      return reason satisfies never;
  }
}

/** Whether the network passes the gate: its AUC on validation pairs, with the interval. */
export const gateSentence = (check: Pick<FaithfulnessCheck, 'gate'>): string => `${gateWords(check).join('')}.`;

/** As wordsOf. */
function gateWords({ gate }: Pick<FaithfulnessCheck, 'gate'>): [short: string, more: string] {
  if (!Number.isFinite(gate.auc))
    return ['There are no validation pairs of both kinds', ', so it is unknown whether this network can tell images apart'];
  const auc = `AUC ${aucText(gate.auc)}, 95${NBSP}% interval ${aucText(gate.low)} to ${aucText(gate.high)}`;
  const basis = `on ${countNoun(gate.pairs, 'validation pair')} of ${countText(gate.images)} ${gate.over ?? 'images'}`;
  const least = GATE_AUC.toFixed(2);
  if (gate.low >= GATE_AUC)
    return [`The network can tell images of this data set apart: ${auc}`, ` ${basis}; the interval starts at ${least} or above`];
  return [
    `It is not shown that this network can tell images of this data set apart: ${auc}, which starts below ${least}`,
    `, ${basis}. So none of its maps is supported`,
  ];
}

/** "A: z = 2.10, B: z = 0.30". */
export const imageZText = ({ images }: FaithfulnessCheck): string =>
  images
    .map((image, i) => {
      const z = zOfImages([image]);
      return `${'AB'[i]!}: ${z === null ? 'nothing to check' : `z = ${zText(z)}`}`;
    })
    .join(', ');

type Checked = Pick<Comparison, 'verdict' | 'target' | 'check'> & { images: readonly Pick<ComparedImage, 'counterfactualShift'>[] };

/** D without the strongest part of an image's counterfactual map, less D: from the record, else from the check; null if unknown or empty. */
function shiftOf({ verdict, target, check, images }: Checked, i: 0 | 1): number | null {
  const { counterfactualShift } = images[i]!;
  if (counterfactualShift !== undefined) return counterfactualShift;
  const image = check?.images[i];
  return image ? (factualSign(verdict, target) > 0 ? image.lowering : image.raising) : null;
}

/** How far the distance moves against an image's counterfactual map when what it marks is blurred; null if it does not, or is unknown. */
function failureOf(comparison: Checked, i: 0 | 1): number | null {
  const shift = shiftOf(comparison, i);
  return shift === null || shift * factualSign(comparison.verdict, comparison.target) > 0 ? null : Math.abs(shift);
}

/**
 * Why an image's counterfactual map is greyed, or null. The map marks evidence against the verdict (or for a smaller distance): without it the
 * distance must move further to the side of the verdict (or become larger). If it does not, the map fails its check.
 */
export function counterfactualFailure(comparison: Checked, i: 0 | 1): string | null {
  const failure = failureOf(comparison, i);
  return failure === null ? null : `Greyed: ${failureWords(comparison, [[i, failure]])}`;
}

/** Why the counterfactual maps of one or both images are greyed, in one sentence; null if none is. */
export function counterfactualFailures(comparison: Checked): string | null {
  const failures = ([0, 1] as const).flatMap((i): [0 | 1, number][] => {
    const failure = failureOf(comparison, i);
    return failure === null ? [] : [[i, failure]];
  });
  if (failures.length === 0) return null;
  const maps = failures.length === 1 ? `The counterfactual map of ${'AB'[failures[0]![0]]!} is` : 'The counterfactual maps are';
  return `${maps} greyed: ${failureWords(comparison, failures)}`;
}

function failureWords(comparison: Checked, failures: readonly [image: 0 | 1, shift: number][]): string {
  const [expected, found] = factualSign(comparison.verdict, comparison.target) > 0 ? (['raise', 'lowers'] as const) : (['lower', 'raises'] as const);
  const moves = failures.map(([i, shift]) =>
    shift === 0 ? `leaves it as it is in ${'AB'[i]!}` : `${found} it by ${threeDigits(shift)} in ${'AB'[i]!}`,
  );
  const marked = `the strongest ${percentText(COUNTERFACTUAL_SHARE)} of the evidence ${kindWords(comparison, 'counterfactual')}`;
  return `in a test of each comparison, blurring ${marked} should ${expected} the distance, but ${moves.join(' and ')}.`;
}
