import type { Comparison, Verdict } from './comparison.ts';
import { supportSentence, verdictWord } from './comparison-words.ts';
import { probabilityText } from './format.ts';
import { isIdentical, truthOf } from './pair-truth.ts';
import type { QueuedPair } from './pair-queue.ts';

/** good is green, warn amber, bad red, neutral grey. */
export type ClaimTone = 'good' | 'warn' | 'bad' | 'neutral';

/** What is known about a verdict: the badge of the compare view, queue, gallery and report. */
export interface VerdictClaim {
  tone: ClaimTone;
  sign: '✓' | '✗' | '!' | '?'; // shown beside the words, so that colour is never the only sign
  words: string;
}

/** Validation pairs. Fewer are not enough for a statement: with 29 pairs that all agree, the lower end of the 95 % interval of the share is .88. */
const MIN_PAIRS = 30;

type Claimed = Pick<Comparison, 'verdict' | 'support' | 'similarity' | 'images'>;

const IDENTICAL = 'Identical files get the same embedding, whatever the network has learned.';

/** The data set decides where it knows the truth; else validation does. `sentence` states the pairs and the split behind the words. */
export function verdictClaim(comparison: Claimed): VerdictClaim & { sentence: string } {
  const { verdict, support } = comparison;
  if (isIdentical(comparison)) return { tone: 'neutral', sign: '?', words: 'Identical files: no evidence', sentence: IDENTICAL };
  const sentence = supportSentence(comparison);
  const truth = truthOf(comparison);
  if (truth === 'unclear') return { tone: 'neutral', sign: '?', words: 'Truth unclear: filed under two classes', sentence };
  if (truth === 'unknown') return supportClaim(comparison, sentence);
  const isException = truth !== verdict && support.pairs > 1 && support.agree > 0.5;
  return { ...truthClaim(verdict, truth), sentence: isException ? `${sentence} This pair is one of the others.` : sentence };
}

/** "Same (wrong)": the verdict for a heading, where there is no room for a badge. */
export function verdictWithTruth(comparison: Claimed): string {
  const { verdict } = comparison;
  const truth = isIdentical(comparison) ? 'unclear' : truthOf(comparison);
  const isKnown = truth === 'same' || truth === 'different';
  return `${verdictWord(verdict)}${isKnown ? ` (${truth === verdict ? 'right' : 'wrong'})` : ''}`;
}

/** For a pair of a queue, whose truth is always known. */
export const queuedPairClaim = ({ verdict, label }: Pick<QueuedPair, 'verdict' | 'label'>): VerdictClaim =>
  truthClaim(verdict, label === 1 ? 'different' : 'same');

function truthClaim(verdict: Verdict, truth: Verdict): VerdictClaim {
  const says = `the data set says ${truth === 'same' ? 'the same class' : 'different classes'}`;
  return truth === verdict ? { tone: 'good', sign: '✓', words: `Right: ${says}` } : { tone: 'bad', sign: '✗', words: `Wrong: ${says}` };
}

/**
 * The smaller of two shares decides: that of validation pairs at least this far out, and the calibrated one at this distance. The
 * first alone is far too high beside the threshold (.88 against .53 measured on photographs).
 */
function supportClaim({ verdict, support, similarity }: Claimed, sentence: string): VerdictClaim & { sentence: string } {
  if (support.pairs < MIN_PAIRS) return { tone: 'neutral', sign: '?', words: 'Too few validation pairs to say', sentence };
  const here = verdict === 'same' ? similarity : 1 - similarity;
  const claim = shareClaim(Math.min(support.agree, here));
  if (claim.words === shareClaim(support.agree).words) return { ...claim, sentence };
  return { ...claim, sentence: `${sentence} At this distance itself, the calibrated share is ${probabilityText(here)}.` };
}

function shareClaim(share: number): VerdictClaim {
  if (share >= 0.95) return { tone: 'good', sign: '✓', words: 'Well supported' };
  if (share >= 0.8) return { tone: 'neutral', sign: '✓', words: 'Fairly supported' };
  return { tone: 'warn', sign: '!', words: share >= 0.6 ? 'Weakly supported' : 'Barely better than guessing' };
}
