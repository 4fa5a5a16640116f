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
  sentence: string;
}

/** z with two decimals and a true minus sign. */
export const zText = (z: number): string => z.toFixed(2).replace('-', '\u2212');

export function mapsClaim(check: FaithfulnessCheck): MapsClaim {
  const { badge, reason } = badgeOf(check);
  const tone = badge === 'supported' ? 'good' : badge === 'weak' ? 'neutral' : 'warn';
  const sign = badge === 'supported' ? '✓' : badge === 'weak' ? '!' : '✗';
  return { badge, reason, z: check.z, tone, sign, words: BADGE_LABELS[badge], sentence: sentenceOf(check, reason) };
}

function sentenceOf(check: FaithfulnessCheck, reason: BadgeReason): string {
  const z = check.z === null ? '' : `z = ${zText(check.z)}`;
  const removing = 'Blurring what the maps mark moves the distance';
  const copies = `blurring what ${ROLLED_MAPS} turned and shifted copies of each map mark`;
  switch (reason) {
    case 'network':
      return gateSentence(check);
    case 'no-effect':
      return 'Blurring parts of the images leaves the distance as it is, so the maps can’t be checked.';
    case 'elsewhere':
      return `${removing} not clearly more than ${copies} (${z}, below ${WEAK_FROM}), so they don’t show what the distance depends on.`;
    case 'between':
      return `${removing} only somewhat more than ${copies} (${z}, below ${SUPPORTED_FROM}).`;
    case 'no-donor':
      return `${removing} more than ${copies} (${z}), but no training image could be read for the second check.`;
    case 'donor':
      return `${removing} more than ${copies} (${z}), but with a training image in place of the blur it does not.`;
    case 'moves':
      return `${removing} more than ${copies} (${z}, at least ${SUPPORTED_FROM}). A training image in place of the blur agrees.`;
    default:
      return reason satisfies never;
  }
}

/** Whether the network passes the gate: its AUC on validation pairs, with the interval. */
export function gateSentence({ gate }: Pick<FaithfulnessCheck, 'gate'>): string {
  if (!Number.isFinite(gate.auc)) return 'There are no validation pairs of both kinds, so it is unknown whether this network can tell images apart.';
  const figures = `AUC ${aucText(gate.auc)} on ${countNoun(gate.pairs, 'validation pair')}, 95${NBSP}% interval over ${countText(gate.images)} images ${aucText(gate.low)} to ${aucText(gate.high)}`;
  if (gate.low >= GATE_AUC) return `The network can tell these images apart: ${figures}; the interval starts above ${GATE_AUC.toFixed(2)}.`;
  return `This network cannot tell these images apart (${figures}; the interval must start at ${GATE_AUC.toFixed(2)} or above), so its maps explain nothing about them.`;
}

/** "A: z = 2.10, B: z = 0.30". */
export const imageZText = ({ images }: FaithfulnessCheck): string =>
  images
    .map((image, i) => {
      const z = zOfImages([image]);
      return `${'AB'[i]!}: ${z === null ? 'no effect' : `z = ${zText(z)}`}`;
    })
    .join(', ');

type Checked = Pick<Comparison, 'verdict' | 'target' | 'check'>;

/** D without the strongest part of an image's counterfactual map, less D: from the record, else from the check; null if unknown or empty. */
function shiftOf({ verdict, target, check }: Checked, { counterfactualShift }: Pick<ComparedImage, 'counterfactualShift'>, i: 0 | 1): number | null {
  if (counterfactualShift !== undefined) return counterfactualShift;
  const image = check?.images[i];
  return image ? (factualSign(verdict, target) > 0 ? image.lowering : image.raising) : null;
}

/**
 * Why an image's counterfactual map is greyed, or null: removing what it marks moves the distance against the map. A counterfactual map
 * marks what keeps the distance from being further on the side of the verdict, so without it the distance must move there.
 */
export function counterfactualFailure(comparison: Checked & Pick<Comparison, 'images'>, i: 0 | 1): string | null {
  const shift = shiftOf(comparison, comparison.images[i], i);
  const sign = factualSign(comparison.verdict, comparison.target);
  if (shift === null || shift * sign > 0) return null;
  const marked = `the strongest ${percentText(COUNTERFACTUAL_SHARE)} of ${'AB'[i]!}’s evidence ${kindWords(comparison, 'counterfactual')}`;
  const found = shift === 0 ? 'leaves the distance as it is' : `${shift > 0 ? 'raises' : 'lowers'} the distance by ${threeDigits(Math.abs(shift))}`;
  return `Greyed: blurring ${marked} ${found} instead of ${sign > 0 ? 'raising' : 'lowering'} it, so this map does not show what it claims.`;
}
