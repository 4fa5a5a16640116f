import type { BehindBest, EncoderFigures } from '../../../shared/encoder-comparison.ts';
import { type Random, randomFor } from '../../../shared/random.ts';
import type { Estimate } from '../../../shared/structure.ts';
import { aucInfluence, eerInfluence, type Influenced } from '../evaluate/influence.ts';
import { shareInterval, standardErrorOver } from '../evaluate/intervals.ts';
import { holmAdjusted } from '../evaluate/multiple-tests.ts';
import { differenceOf, differenceTest, resampledInterval } from '../evaluate/paired.ts';
import { tieGroups } from '../evaluate/roc.ts';
import type { PairUnits } from '../evaluate/units.ts';
import { differenceOver, meanOver } from '../retrieval/summary.ts';

/** An encoder used in one way. */
export interface Candidate {
  distances: Float64Array; // [pairs], finite
  hits: Uint8Array; // [queries] 1: the nearest other image is the same
}

/** Candidates on the same pairs and the same queries. */
export interface Candidates {
  candidates: readonly Candidate[]; // at least one
  labels: Uint8Array; // [pairs] 0 same, 1 different; both occur
  units: PairUnits; // of the pairs
  queryUnits: readonly number[]; // [queries] image or group of each query; empty if no two images are the same
}

export interface CandidateRanking {
  figures: EncoderFigures[]; // in the order of the candidates
  best: number; // the candidate with the highest AUC, the first of equals
}

const SEED = 1; // of the resamples: the same comparison gives the same intervals

/**
 * Figures of each candidate, and how far each is behind the one with the highest AUC, with p adjusted for all these comparisons. The best is
 * chosen on the pairs that it is measured on, so its own figures are too high on average. `pause` as in resampledInterval, over all candidates.
 */
export async function compareCandidates(
  { candidates, labels, units, queryUnits }: Candidates,
  pause: (done: number, total: number) => Promise<void>,
): Promise<CandidateRanking> {
  const measured = candidates.map(({ distances, hits }) => {
    const groups = tieGroups(distances, labels);
    return { distances, hits: [...hits], auc: aucInfluence(groups, labels), eer: eerInfluence(groups, distances, labels) };
  });
  const best = measured.reduce((top, { auc }, i) => (auc.value > measured[top]!.auc.value ? i : top), 0);
  const top = measured[best]!;
  const others = measured.flatMap((_, i) => (i === best ? [] : [i]));
  const tests = others.map((i) => differenceTest(top.auc, measured[i]!.auc, labels, units));
  const holm = holmAdjusted(tests.map(({ p }) => p));
  const behind = new Map<number, BehindBest>();
  for (const [k, i] of others.entries()) {
    const { p, ...auc } = tests[k]!;
    const { distances, eer, hits } = measured[i]!;
    behind.set(i, {
      auc,
      resampled: await resampledInterval(top.distances, distances, labels, units, resamplesFor(), (done, total) =>
        pause(k * total + done, others.length * total),
      ),
      p,
      holm: holm[k]!,
      eer: differenceOf(top.eer, eer, labels, units),
      recall1:
        queryUnits.length === 0
          ? null
          : differenceOver(
              hits.map((hit, q) => top.hits[q]! - hit),
              queryUnits,
            ),
    });
  }
  const pairShare = ({ value, influence }: Influenced): Estimate => ({
    value,
    interval: shareInterval(value, standardErrorOver(influence, labels, units), units.count, units.count / 4),
  });
  const figures = measured.map(({ auc, eer, hits }, i) => ({
    auc: pairShare(auc),
    eer: pairShare(eer),
    recall1: recallOf(hits, queryUnits),
    behind: behind.get(i) ?? null,
  }));
  return { figures, best };
}

const resamplesFor = (): Random => randomFor(SEED, 'resampled pairs');

function recallOf(hits: readonly number[], queryUnits: readonly number[]): Estimate | null {
  if (queryUnits.length === 0) return null;
  const { value, se, count } = meanOver(hits, queryUnits);
  return { value, interval: shareInterval(value, se, count, count) };
}
