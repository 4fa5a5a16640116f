import type { Comparison, Verdict } from './comparison.ts';
import { shareSentence, supportSentence, verdictWord } from './comparison-words.ts';
import { isIdentical, trainedCount, truthOf } from './pair-truth.ts';
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

const IDENTICAL = 'Identical images get the same embedding, so their distance is 0 up to rounding, whatever the network has learned.';

const COIN_TOSS = 'So near the threshold the verdict is a coin toss.';
/** Distance of the calibrated similarity from one half within which the verdict says nothing. */
const COIN_TOSS_RANGE = 0.05;

/** Whether the shares of same and different pairs at this distance are nearly equal, so that neither verdict is an exception. */
export const isCoinToss = ({ similarity }: Pick<Comparison, 'similarity'>): boolean => Math.abs(similarity - 0.5) <= COIN_TOSS_RANGE;

/**
 * The data set decides where it knows the truth; else validation does. `sentence`: the share at this distance, then that of the
 * validation pairs behind the words.
 */
export function verdictClaim(comparison: Claimed): VerdictClaim & { sentence: string } {
  const { verdict, support } = comparison;
  if (isIdentical(comparison)) return { tone: 'neutral', sign: '?', words: 'Identical images: no evidence', sentence: IDENTICAL };
  const isOpen = isCoinToss(comparison);
  const sentence = [shareSentence(comparison), isOpen ? COIN_TOSS : null, supportSentence(comparison)].filter((text) => text !== null).join(' ');
  const truth = truthOf(comparison);
  if (truth === 'unclear') return { tone: 'neutral', sign: '?', words: 'Truth unclear: filed under several classes', sentence };
  if (truth === 'unknown') return supportClaim(comparison, sentence);
  const isException = truth !== verdict && !isOpen && support.pairs > 1 && support.agree > 0.5;
  const claim = truthClaim(verdict, truth, { trained: trainedCount(comparison), isOpen });
  return { ...claim, sentence: isException ? `${sentence} This pair is an exception.` : sentence };
}

/** "Same (wrong)": the verdict for a heading, where there is no room for a badge. */
export function verdictWithTruth(comparison: Claimed): string {
  const { verdict } = comparison;
  const truth = isIdentical(comparison) ? 'unclear' : truthOf(comparison);
  if (truth !== 'same' && truth !== 'different') return verdictWord(verdict);
  if (truth !== verdict) return `${verdictWord(verdict)} (wrong)`;
  const trained = trainedCount(comparison);
  return `${verdictWord(verdict)} (right${trained === 2 ? ', trained on both' : trained === 1 ? ', trained on one' : ''})`;
}

/** For a pair of a queue, whose truth is always known. Queues have no training images. */
export const queuedPairClaim = (pair: Pick<QueuedPair, 'verdict' | 'label' | 'similarity'>): VerdictClaim =>
  truthClaim(pair.verdict, pair.label === 1 ? 'different' : 'same', { trained: 0, isOpen: isCoinToss(pair) });

interface Known {
  trained: ReturnType<typeof trainedCount>; // on how many of the images
  isOpen: boolean; // a coin toss
}

/** Right is green only for images that the network has not learned, and not near the threshold, where it is chance. */
function truthClaim(verdict: Verdict, truth: Verdict, { trained, isOpen }: Known): VerdictClaim {
  const says = `the data set says ${truth === 'same' ? 'the same class' : 'different classes'}`;
  if (truth !== verdict) return { tone: 'bad', sign: '✗', words: `Wrong: ${says}` };
  if (trained === 0 && isOpen) return { tone: 'neutral', sign: '✓', words: 'Right, but near the threshold: a coin toss' };
  if (trained === 0) return { tone: 'good', sign: '✓', words: `Right: ${says}` };
  const words = trained === null ? `Right: ${says}` : `Right, but the network was trained on ${trained === 2 ? 'both images' : 'one image'}`;
  return { tone: 'neutral', sign: '✓', words };
}

/**
 * The smaller of two shares decides: that of validation pairs at least this far out, and the calibrated one at this distance. The
 * first alone is far too high beside the threshold (.88 against .53 measured on photographs).
 */
function supportClaim({ verdict, support, similarity }: Claimed, sentence: string): VerdictClaim & { sentence: string } {
  if (support.pairs < MIN_PAIRS) return { tone: 'neutral', sign: '?', words: 'Too few validation pairs to say', sentence };
  const here = verdict === 'same' ? similarity : 1 - similarity;
  return { ...shareClaim(Math.min(support.agree, here)), sentence };
}

function shareClaim(share: number): VerdictClaim {
  if (share >= 0.95) return { tone: 'good', sign: '✓', words: 'Well supported' };
  if (share >= 0.8) return { tone: 'neutral', sign: '✓', words: 'Fairly supported' };
  return {
    tone: 'warn',
    sign: '!',
    words: share >= 0.6 ? 'Weakly supported' : share > 0.5 ? 'Barely better than guessing' : 'No better than guessing',
  };
}
