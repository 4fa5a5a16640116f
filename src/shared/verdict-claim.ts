import { isNearThreshold } from './calibration.ts';
import type { Comparison, Verdict } from './comparison.ts';
import { type Judged, rightShare, shareSentence, verdictWord } from './comparison-words.ts';
import { plural, probabilityText } from './format.ts';
import { isIdentical, trainedCount, truthOf } from './pair-truth.ts';
import type { QueuedPair } from './pair-queue.ts';
import { CLASS_MEANING, truthPhrase, type SameMeaning } from './same-meaning.ts';

/** good is green, warn amber, bad red, neutral grey. */
export type ClaimTone = 'good' | 'warn' | 'bad' | 'neutral';

/** What is known about a verdict: the badge of the compare view, queue, gallery and report. */
export interface VerdictClaim {
  tone: ClaimTone;
  sign: '✓' | '✗' | '!' | '?'; // shown beside the words, so that colour is never the only sign
  words: string;
}

type Claimed = Pick<Comparison, 'verdict' | 'certainty' | 'similarity' | 'distance' | 'threshold' | 'curve' | 'images' | 'meaning'>;
type Located = Pick<Comparison, 'distance' | 'threshold' | 'curve'>;

const IDENTICAL = 'Identical images get the same embedding, so their distance is 0 up to rounding, whatever the network has learned.';

/** Distance of the similarity from one half within which the verdict says nothing, also where its interval is narrow or unknown. */
const COIN_TOSS_RANGE = 0.05;

/** Whether the verdict may as well be wrong: the similarity is near 50 %, or its interval includes 50 %. */
function isEven({ verdict, similarity, certainty }: Judged): boolean {
  const { low, high } = rightShare({ verdict, similarity, certainty });
  return Math.abs(similarity - 0.5) <= COIN_TOSS_RANGE || (low <= 0.5 && high >= 0.5);
}

/** Whether a slightly other distance has another verdict, whatever the curve says: a threshold need not be where the curve is 50 %. */
const isAtThreshold = ({ distance, threshold, curve }: Located): boolean => curve !== undefined && isNearThreshold(distance, threshold, curve);

export const isUndecided = (comparison: Judged & Located): boolean => isEven(comparison) || isAtThreshold(comparison);

/**
 * The data set decides where it knows the truth; else the calibrated probability at this distance with its interval. `sentence`: that
 * probability, and what follows from it.
 */
export function verdictClaim(comparison: Claimed): VerdictClaim & { sentence: string } {
  const { verdict } = comparison;
  if (isIdentical(comparison)) return { tone: 'neutral', sign: '?', words: 'Identical images: no evidence', sentence: IDENTICAL };
  const undecided = isUndecided(comparison);
  const { share } = rightShare(comparison);
  const consequence = consequenceOf(comparison, share);
  const sentence = `${shareSentence(comparison)}${consequence}`;
  const truth = truthOf(comparison);
  const { meaning = CLASS_MEANING } = comparison;
  if (truth === 'unclear') return { tone: 'neutral', sign: '?', words: `Truth unclear: filed under several ${plural(meaning.noun)}`, sentence };
  if (truth === 'unknown') return { ...shareClaim(comparison), sentence };
  const isException = truth !== verdict && !undecided && share > 0.5;
  const claim = truthClaim(verdict, truth, { trained: trainedCount(comparison), isUnlikely: undecided || share < 0.5, meaning });
  return { ...claim, sentence: isException ? `${sentence} This pair is an exception.` : sentence };
}

function consequenceOf(comparison: Claimed, share: number): string {
  if (isEven(comparison)) return ' So the verdict could go either way.';
  const likely = share < 0.5 ? ' So the verdict is more likely wrong than right.' : '';
  return isAtThreshold(comparison) ? `${likely} The distance is close to the threshold: a slightly other one has the other verdict.` : likely;
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
export const queuedPairClaim = (
  pair: Pick<QueuedPair, 'verdict' | 'label' | 'similarity' | 'certainty' | 'nearThreshold'>,
  meaning = CLASS_MEANING,
): VerdictClaim =>
  truthClaim(pair.verdict, pair.label === 1 ? 'different' : 'same', {
    trained: 0,
    isUnlikely: pair.nearThreshold || isEven(pair) || rightShare(pair).share < 0.5,
    meaning,
  });

interface Known {
  trained: ReturnType<typeof trainedCount>; // on how many of the images
  isUnlikely: boolean; // the probability that the verdict is right is not above one half, or the distance is at the threshold
  meaning: SameMeaning;
}

/** Right is green only for images that the network has not learned, and not where it is chance. */
function truthClaim(verdict: Verdict, truth: Verdict, { trained, isUnlikely, meaning }: Known): VerdictClaim {
  const says = truthPhrase(meaning, truth === 'same' ? 0 : 1);
  if (truth !== verdict) return { tone: 'bad', sign: '✗', words: `Wrong: ${says}` };
  if (trained === 0 && isUnlikely) return { tone: 'neutral', sign: '✓', words: 'Right, but it could have gone either way' };
  if (trained === 0) return { tone: 'good', sign: '✓', words: `Right: ${says}` };
  const words = trained === null ? `Right: ${says}` : `Right, but the network was trained on ${trained === 2 ? 'both images' : 'one image'}`;
  return { tone: 'neutral', sign: '✓', words };
}

/** The lower end of the interval decides the words, so that few images never make a verdict sure. */
function shareClaim(comparison: Claimed): VerdictClaim {
  const { verdict, similarity, certainty } = comparison;
  if (!certainty) return { tone: 'neutral', sign: '?', words: 'How sure is not known: fitted by an older version' };
  if (certainty.beyond)
    return { tone: 'neutral', sign: '?', words: `Extrapolated: no validation pair is this ${verdict === 'same' ? 'near' : 'far'}` };
  const { share, low } = rightShare({ verdict, similarity, certainty });
  const percent = probabilityText(share);
  if (isEven(comparison)) return { tone: 'warn', sign: '!', words: `Could go either way, ${percent}` };
  if (isAtThreshold(comparison)) return { tone: 'warn', sign: '!', words: `Close to the threshold, ${percent}` };
  if (share < 0.5) return { tone: 'warn', sign: '!', words: `More likely wrong than right, ${percent}` };
  if (low >= 0.95) return { tone: 'good', sign: '✓', words: `Very likely right, ${percent}` };
  if (low >= 0.8) return { tone: 'neutral', sign: '✓', words: `Likely right, ${percent}` };
  return { tone: 'warn', sign: '!', words: `More likely right than wrong, ${percent}` };
}
