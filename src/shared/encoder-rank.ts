import type { EncoderComparison } from './encoder-comparison.ts';
import { rankedEncoders } from './encoder-comparison-words.ts';
import { encoderNameOf } from './encoder-name.ts';
import { aucText, countText, timeText } from './format.ts';
import { relationKey, relationOf } from './pair-relation.ts';
import type { EncoderRank, RunRecord } from './run.ts';

/**
 * The rank in the newest of `comparisons` (of the run's data set, newest first) that was made before the run, with its meaning of "same" and its
 * encoder: same name, weights and image size, mean pooling. Null without one.
 */
export function encoderRankOf(
  { config, createdMs }: Pick<RunRecord, 'config' | 'createdMs'>,
  comparisons: readonly EncoderComparison[],
): EncoderRank | null {
  if (config.pooling !== 'mean') return null;
  const name = encoderNameOf(config);
  const sha256 = config.weights?.sha256 ?? null;
  const relation = relationKey(relationOf(config));
  for (const comparison of comparisons) {
    if (comparison.createdMs > createdMs || relationKey(comparison.relation) !== relation) continue;
    const ranked = rankedEncoders(comparison);
    const at = ranked.findIndex(({ encoder }) => encoder.encoder === name && encoder.weightsSha256 === sha256 && encoder.size === config.size);
    if (at >= 0) return { rank: at + 1, count: ranked.length, auc: ranked[at]!.figures.auc.value, comparedMs: comparison.createdMs };
  }
  return null;
}

/** For a run's settings. The best of several was chosen on validation pairs, so those figures favour it. */
export function encoderRankFact({ rank, count, auc, comparedMs }: EncoderRank): { name: string; value: string } {
  const place = rank === 1 ? (count === 1 ? 'the only one' : `best of ${countText(count)}`) : `number ${countText(rank)} of ${countText(count)}`;
  const bias = rank === 1 && count > 1 ? ' Being chosen there makes its validation figures a little too good.' : '';
  return { name: 'Comparison of encoders', value: `${place} on validation pairs (AUC ${aucText(auc)}), ${timeText(comparedMs)}.${bias}` };
}
