import { toUnitLength } from '../functional/unit-length.ts';
import { cosineAt, labelsOfPairs, reportedDistances } from './all-pairs.ts';
import type { Loss } from './loss.ts';

const SCALE = 64; // s
/** Largest |cosine| whose angle has a finite gradient. */
const LARGEST_COSINE = 1 - 1e-7;

/** The class directions, one row of length d for each class. A parameter of the training, not of the network. */
export const CLASS_WEIGHTS = 'loss.class_weights';

/**
 * ArcFace (Deng, Guo, Xue & Zafeiriou 2019, equation 3): mean over images of the cross-entropy of a softmax over classes k with the logits
 *     s cos(θ_k), but s cos(θ_y + m) for the image's own class y,   s = 64,
 * θ_k: the angle of the embedding, of length 1, and the direction w_k / |w_k| of class k. Where θ_y > π - m the logit is
 * s (cos θ_y - m sin m), so that it keeps falling. As ArcFaceLoss of pytorch-metric-learning. m in radians.
 */
export const arcFace: Loss = {
  samples: 'labelled',
  build(b, embedding, labels, { margin, classes }) {
    if (classes === undefined) throw new Error('ArcFace needs the number of classes.');
    const [n, d] = embedding.shape as [number, number];
    const weights = b.param({ name: CLASS_WEIGHTS, shape: [classes, d], kind: 'weight' });
    const cosines = b.matmul(embedding, toUnitLength(b, weights), { transposeB: true }); // [N, K]
    const numbers = b.constant(
      Float32Array.from({ length: classes }, (_, k) => k),
      [1, classes],
    );
    const others = b.isPositive(b.square(b.sub(b.reshape(labels, [n, 1]), numbers))); // 1 but for the image's class, [N, K]
    const own = b.sub(b.scalar(1), others);
    const cosine = b.clamp(b.sum(b.mul(own, cosines), [1], true), { min: -LARGEST_COSINE, max: LARGEST_COSINE }); // of θ_y, [N, 1]
    const sine = b.sqrt(b.sub(b.scalar(1), b.square(cosine)));
    const added = b.sub(b.scale(cosine, Math.cos(margin)), b.scale(sine, Math.sin(margin))); // cos(θ_y + m)
    const beyond = b.sub(cosine, b.scalar(margin * Math.sin(margin)));
    const isBeyond = b.isPositive(b.sub(b.scalar(-Math.cos(margin)), cosine)); // θ_y > π - m where cos θ_y < -cos m
    const target = b.add(added, b.mul(isBeyond, b.sub(beyond, added)));
    const logits = b.scale(b.add(b.mul(others, cosines), b.mul(own, target)), SCALE); // |logit| < 96: exp stays within float32
    const losses = b.sub(b.log(b.sum(b.exp(logits), [1])), b.sum(b.mul(own, logits), [1])); // [N]
    return { loss: b.mean(losses, [0]), distances: reportedDistances(b, embedding) };
  },
  distanceLabels: labelsOfPairs,
  /** Pairs have no class directions: the mean of 1 - S of same pairs and max(0, S) of different pairs, S the cosine (cosine embedding loss). */
  ofPairs(distances, labels) {
    let sum = 0;
    for (let i = 0; i < distances.length; i++) {
      const cosine = cosineAt(distances[i]!);
      sum += labels[i] === 0 ? 1 - cosine : Math.max(0, cosine);
    }
    return sum / distances.length;
  },
};
