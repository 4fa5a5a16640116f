import type { ExplainedVerdict } from './comparison.ts';
import { cosineText } from './example-words.ts';
import { countText, differenceTexts, NBSP, percentText } from './format.ts';
import { factualSign } from './maps/kinds.ts';
import { type CellPair, type MatchesAnswer, type PairMatches, strongestPairs } from './matches.ts';

/** Of the sum of all shares: below it, the pairs of a table hardly matter. */
const LITTLE = 0.05;

export const MATCH_CONDITION = 'Similar features, not necessarily the same part.';

/** "+0.0123", "−0.0012", "≈ 0": with as many decimals as give the largest share of the pair's strongest matches three digits. */
export function shareText(pair: PairMatches, share: number): string {
  const text = Math.abs(share).toFixed(decimalsOf(pair));
  return Number(text) === 0 ? '≈ 0' : `${share > 0 ? '+' : '−'}${text}`;
}

function decimalsOf(pair: PairMatches): number {
  const largest = Math.abs(strongestPairs(pair, 1)[0]?.share ?? 0);
  return Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(largest || 1))));
}

/** What a share does: "apart", "together" or "no effect". */
export const shareWords = (share: number): string => (share > 0 ? 'apart' : share < 0 ? 'together' : 'no effect');

/** Whether a share is evidence for the verdict, as the colours of maps are. */
export const isForVerdict = (share: number, row: ExplainedVerdict): boolean => share * factualSign(row.verdict, row.target) > 0;

/** The position of a cell: "column 3, row 2", from 1. */
export const cellWords = ({ width }: Pick<PairMatches, 'width'>, cell: number): string =>
  `column${NBSP}${(cell % width) + 1}, row${NBSP}${Math.floor(cell / width) + 1}`;

/** "Best in B: column 3, row 2, cosine 0.934, share −0.0123". */
export function bestMatchText(pair: PairMatches, match: CellPair, side: 0 | 1): string {
  const where = cellWords(pair, side === 0 ? match.b : match.a);
  return `Best in ${'BA'[side]!}: ${where}, cosine ${cosineText(match.cosine)}, share ${shareText(pair, match.share)}`;
}

/** What the shares mean, with their sum. */
export function sharesSentence(pair: PairMatches): string {
  const { distance, unrelated } = pair;
  const [sum] = differenceTexts([{ difference: distance - unrelated, whole: distance, rest: unrelated }], decimalsOf(pair));
  return `A share is what a pair of spots adds to the distance, and is negative where it brings the images together. The shares of all pairs of spots add up to ${sum!.difference} = D(A, B) − R = ${sum!.whole} − ${sum!.rest}, where R is a reference, not a distance that two images need to have: that of embeddings as far from the one of no features as these, in unrelated directions.`;
}

/** The sum of the pairs in a table, to compare with that of all pairs; null without pairs. */
export function tableSentence(pair: PairMatches, table: readonly CellPair[]): string | null {
  if (table.length === 0) return null;
  const total = table.reduce((sum, { share }) => sum + share, 0);
  const sum = shareText(pair, total);
  const what = table.length === 1 ? `The pair in the table adds ${sum}` : `The ${table.length} pairs in the table add up to ${sum}`;
  const share = Math.abs(total / (pair.distance - pair.unrelated));
  return share < LITTLE ? `${what} of that, ${percentText(share)}: they say little about this distance.` : `${what} of that.`;
}

/** For a reviewer; src/main/nn/explain/correspondence.ts has the derivation. */
export const SHARE_DEFINITION =
  'A spot x adds e(x) = J F(x) / n to the embedding z, where F are its features, n is the number of spots, and J is the mean of dz/dp at t p over t from 0 to 1, with p the mean of F over the spots (integrated gradients of z, Sundararajan et al. 2017). The vectors of an image add up to z − z(0). A share is −2 ⟨e(x), e(y)⟩ / (D + R), and R² = |z_A − z(0)|² + |z_B − z(0)|².';

/** How finely the images are divided. */
export const spotsSentence = ({ width, height }: PairMatches): string =>
  `Each image has ${width} × ${height} spots, the cells of the network’s last feature map.`;

/** Why there are no matches; null if there are. */
export function noMatchesSentence(answer: MatchesAnswer): string | null {
  if (!('none' in answer)) return null;
  switch (answer.none) {
    case 'class-token':
      return 'The head of this network reads the class token, so spots do not add up to the distance and none are matched. Train with the mean of the patches.';
    case 'one-vector':
      return 'This encoder gives one vector for a whole image, without positions, so there are no spots to match.';
    case 'single-cell':
      return 'The last feature map of this network has a single cell, so there are no spots to match. Train with larger images.';
    case 'too-fine':
      return `The last feature map of this network has ${countText(answer.cells)} cells, too many to match all pairs of them.`;
    case 'no-features':
      return 'The network found no features in one of the images, so no spots match.';
    default:
      return answer.none satisfies never;
  }
}
