import { relu } from '../functional/activations.ts';
import { pairDistance } from '../functional/pair-distance.ts';
import { expectShape } from '../ir/shapes.ts';
import { withGradient } from '../functional/with-gradient.ts';
import type { Loss, LossOptions } from './loss.ts';

/**
 * Contrastive loss (Hadsell, Chopra & LeCun 2006) on the raw distance: mean over pairs of
 *     (1 - y) D^2 + y max(0, m - D)^2,   y = 0 for the same class, 1 for different ones.
 */
export const contrastive: Loss = {
  samples: 'pairs',
  build(b, embedding, labels, { margin }) {
    const distances = pairDistance(b, embedding); // [P]
    expectShape(labels.shape, distances.shape, 'The labels');
    return { loss: meanLoss(b, [distances, labels], { margin })[0]!, distances };
  },
  distanceLabels: (labels) => labels.map((label) => (label === 0 ? 0 : 1)),
  ofPairs(distances, labels, { margin }) {
    let sum = 0;
    for (let i = 0; i < distances.length; i++) {
      const d = distances[i]!;
      sum += labels[i] === 0 ? d * d : Math.max(0, margin - d) ** 2;
    }
    return sum / distances.length;
  },
};

/** The hand-written rule takes 5 instructions, the rules of the primitives 15. A step that trains only the head has few others. */
const meanLoss = withGradient(
  (b, [distances, labels], { margin }: LossOptions) => {
    const same = b.sub(b.scalar(1), labels!);
    const hinge = relu(b, b.sub(b.scalar(margin), distances!)); // max(0, m - D)
    const losses = b.add(b.mul(same, b.square(distances!)), b.mul(labels!, b.square(hinge)));
    return { outputs: [b.mean(losses, [0])], saved: { same, hinge } };
  },
  // dl/dD = 2 ((1 - y) D - y max(0, m - D))
  (b, { inputs: [distances, labels], saved: { same, hinge }, gradient }) => {
    const slope = b.sub(b.mul(same, distances!), b.mul(labels!, hinge));
    return [b.mul(b.scale(slope, 2 / distances!.shape[0]!), gradient), null];
  },
);
