import type { EmbeddingMeasure } from './embedding-source.ts';
import type { FolderSearch } from './folder-search.ts';
import { countNoun, countText, percentText, probabilityText, timeText } from './format.ts';
import type { JudgementCounts, SimilarAnswer, SimilarVerdict } from './similar.ts';

/** Words about searches, for screen, command line and pages. */

/** What a distance is, a phrase. */
export const DISTANCE_WORDS: Record<EmbeddingMeasure, string> = {
  cosine: 'the distance is 1 − the cosine of features, from 0 (same direction) to 2',
  euclidean: 'the distance is that of the run’s embedding; the verdict is same up to the run’s threshold',
};

/** "Same 97 %": the verdict with the probability that two images are the same. */
export const similarVerdictText = ({ verdict, similarity }: Pick<SimilarVerdict, 'verdict' | 'similarity'>): string =>
  `${verdict === 'same' ? 'Same' : 'Different'}, similarity ${probabilityText(similarity)}`;

/** What was compared, with what and when. `name`: of the source. */
export function searchedSentence({ ranked, searched, query }: Pick<SimilarAnswer, 'ranked' | 'searched' | 'query'>, name: string): string {
  const { images, excluded, unreadable, computedMs } = searched;
  const left = [
    excluded > 0 && `${countText(excluded)} of them ${excluded === 1 ? 'is' : 'are'} excluded from the data set`,
    unreadable > 0 && `${countNoun(unreadable, 'image')} could not be read and can’t be found`,
  ].filter((part) => part !== false);
  const compared = `Compared with ${countNoun(ranked, 'image')} by ${name}, of ${countNoun(images, 'image')} analysed on ${timeText(computedMs)}.`;
  const outside = query.image === null ? ' The query is a file from outside the data set; it is not added.' : '';
  return `${compared}${left.length === 0 ? '' : ` ${left.join('; ')}.`}${outside}`;
}

export function countsText({ same, different, none }: JudgementCounts): string {
  const sum = same + different + none;
  if (sum === 0) return 'No judgements yet';
  return `${countNoun(sum, 'judgement')}: ${countText(same)} same, ${countText(different)} not the same, ${countText(none)} none of these`;
}

/** "12 of 40 decided (30 %): 8 same, 3 new, 1 skipped". */
export function decidedText({ queries, decided }: Pick<FolderSearch, 'queries' | 'decided'>): string {
  const sum = decided.same + decided.new + decided.skipped;
  const share = queries === 0 ? '' : ` (${percentText(sum / queries)})`;
  return `${countText(sum)} of ${countText(queries)} decided${share}: ${countText(decided.same)} same, ${countText(decided.new)} new, ${countText(decided.skipped)} skipped`;
}
