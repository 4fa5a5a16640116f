import type { EmbeddingStatus, NeighbourRecall } from './embeddings.ts';
import { countNoun, countText, durationText, timeText } from './format.ts';
import { estimateText } from './structure-words.ts';

/** Words about embeddings of a data set, for screen and command line. */

export interface EmbeddingProgress {
  stage: 'fit' | 'images' | 'neighbours';
  done: number;
  total: number;
}

export function embeddingProgressText({ stage, done, total }: EmbeddingProgress): string {
  switch (stage) {
    case 'fit':
      return `Fitting patches to the images: ${countText(done)} of ${countText(total)}`;
    case 'images':
      return `Reading images: ${countText(done)} of ${countText(total)}`;
    case 'neighbours':
      return `Finding neighbours: image ${countText(done)} of ${countText(total)}`;
    default:
      return stage satisfies never;
  }
}

/** What was analysed, with what, and when; or that it has to be. Without the recall. */
export function embeddingSentence({ name, state, facts }: EmbeddingStatus): string {
  if (facts === null) return `Not analysed with ${name} yet.`;
  const { images, neighbours, computedMs, seconds } = facts;
  const when = `${countNoun(images, 'image')} analysed with ${name}, ${timeText(computedMs)}, in ${durationText(seconds)}; ${countNoun(neighbours, 'neighbour')} of each.`;
  return state === 'stale' ? `${when} The images or ${name} have changed since: analyse again.` : when;
}

/** Where queries have groups, neighbours of the same group do not count. */
export function recallSentence({ queries, leftOut, over, recall1, recall10 }: NeighbourRecall): string {
  const without = over === 'groups' ? 'Copies and images of the same group do not count.' : 'Copies do not count.';
  const rest = leftOut === 0 ? '' : ` ${countNoun(leftOut, 'image')} without another image to find ${leftOut === 1 ? 'is' : 'are'} left out.`;
  return `The nearest neighbour has the same class for ${estimateText(recall1)} of ${countNoun(queries, 'image')} (Recall@1), one of the nearest 10 for ${estimateText(recall10)} (Recall@10). ${without}${rest}`;
}

export const unreadableSentence = (count: number): string =>
  `${countNoun(count, 'image')} could not be read and ${count === 1 ? 'has' : 'have'} no neighbours.`;
