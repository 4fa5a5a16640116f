import type { PairLabel } from '../../../shared/dataset.ts';
import type { QueuedPair, QueueKind } from '../../../shared/pair-queue.ts';
import { randomFor } from '../../../shared/random.ts';
import type { Calibration } from '../../../shared/run.ts';
import { judgeDistance } from '../../domain/evaluate/judged-distance.ts';

/** Verdict and similarity of each pair. `distances` [pairs]. */
export function verdictsOf(
  pairs: readonly { a: number; b: number; label: PairLabel }[],
  distances: ArrayLike<number>,
  calibration: Calibration,
): QueuedPair[] {
  return pairs.map(({ a, b, label }, i) => {
    const distance = distances[i]!;
    const judged = judgeDistance(distance, calibration);
    return { a, b, label, distance, ...judged, correct: (judged.verdict === 'different') === (label === 1) };
  });
}

/**
 * The pairs of a kind, ranked; ties keep their order. wrong: wrong verdicts, farthest from the threshold first. confident:
 * correct verdicts, farthest from the threshold first. borderline: all pairs, closest to the threshold first. random: all pairs,
 * shuffled by the seed. hardest: all pairs, those farthest on the wrong side of the threshold first.
 */
export function rankPairs(pairs: readonly QueuedPair[], kind: QueueKind, threshold: number, seed: number): QueuedPair[] {
  const distanceToThreshold = ({ distance }: QueuedPair): number => Math.abs(distance - threshold);
  switch (kind) {
    case 'wrong':
      return pairs.filter(({ correct }) => !correct).sort((x, y) => distanceToThreshold(y) - distanceToThreshold(x));
    case 'confident':
      return pairs.filter(({ correct }) => correct).sort((x, y) => distanceToThreshold(y) - distanceToThreshold(x));
    case 'borderline':
      return [...pairs].sort((x, y) => distanceToThreshold(x) - distanceToThreshold(y));
    case 'hardest': {
      const margin = ({ correct, ...pair }: QueuedPair): number => (correct ? 1 : -1) * Math.abs(pair.distance - threshold);
      return [...pairs].sort((x, y) => margin(x) - margin(y));
    }
    case 'random':
      return randomFor(seed, 'queue').shuffle(pairs);
    default:
      return kind satisfies never;
  }
}
