import { expectShape, type Op } from '../ops/op.ts';

export interface ContrastiveAttrs {
  margin: number;
}

/**
 * Contrastive loss (Hadsell, Chopra & LeCun 2006) on the raw distance: mean over pairs of
 * (1 - y) D^2 + y max(0, m - D)^2, with y = 0 for the same class and 1 for different ones. D [P], y [P] -> [].
 */
export const contrastive: Op<ContrastiveAttrs> = {
  shapes([distance, label]) {
    expectShape(label!, distance!, 'The labels');
    return [[]];
  },
  forward(e, [distance, label], { margin }) {
    const same = e.sub(e.scalar(1), label!);
    const missing = e.relu(e.sub(e.scalar(margin), distance!));
    const loss = e.add(e.mul(same, e.square(distance!)), e.mul(label!, e.square(missing)));
    return { outputs: [e.mean(loss, [0], false)], saved: { same, missing } };
  },
  gradient(e, { inputs: [distance, label], saved, gradient }) {
    const slope = e.sub(e.mul(saved.same!, distance!), e.mul(label!, saved.missing!)); // half of dl/dD
    return [e.mul(e.scale(slope, 2 / distance!.shape[0]!), gradient), null];
  },
};

/** The same loss of distances that are already numbers (validation pairs). */
export function contrastiveLoss(distances: ArrayLike<number>, labels: ArrayLike<number>, margin: number): number {
  let sum = 0;
  for (let i = 0; i < distances.length; i++) {
    const d = distances[i]!;
    sum += labels[i] === 0 ? d * d : Math.max(0, margin - d) ** 2;
  }
  return sum / distances.length;
}
