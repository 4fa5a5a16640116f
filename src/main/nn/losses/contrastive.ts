import type { Loss } from './loss.ts';

/**
 * Contrastive loss (Hadsell, Chopra & LeCun 2006) on the raw distance: mean over pairs of
 *     (1 - y) D^2 + y max(0, m - D)^2,   y = 0 for the same class, 1 for different ones.
 */
export const contrastive: Loss = {
  samples: 'pairs',
  build(graph, embedding, labels, { margin }) {
    const distances = graph.apply('pairDistance', [embedding], null);
    return { loss: graph.apply('contrastive', [distances, labels], { margin }), distances };
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
