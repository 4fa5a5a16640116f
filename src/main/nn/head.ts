import type { Builder } from './backbones/builder.ts';
import { relu } from './functional/activations.ts';
import { toUnitLength } from './functional/unit-length.ts';
import type { Value } from './ir/value.ts';

/**
 * From pooled features p [N, C] to the embedding:
 * - raw: Linear 256 -> ReLU -> Linear d, as published.
 * - unit: the same, scaled to length 1.
 * - probe: a linear probe, see probeEmbedding. d is the number of classes, the embedding has d + C numbers and length 1.
 */
export type HeadKind = 'raw' | 'unit' | 'probe';

/** Units of the hidden layer of a raw or unit head. */
export const HIDDEN = 256;

/** Added to 1 - |q|²: keeps the root differentiable where the probe is certain. */
export const REST_EPSILON = 1e-6;

/** Inverse temperature of the probe's softmax: of 0.5 to 10, 2 separated pairs and found neighbours best on three sets of photographs. */
export const PROBE_SHARPNESS = 2;

/** Pooled features [N, C] -> embedding [N, embeddingLength]. Called once per network: it declares the head's parameters. */
export function buildHead(b: Builder, { dim, head = 'raw' }: { dim: number; head?: HeadKind | undefined }, pooled: Value): Value {
  if (head === 'probe') return probeEmbedding(b, pooled, dim);
  const hidden = relu(b.program, b.dense(pooled, 'fc.0', HIDDEN));
  const last = b.dense(hidden, 'fc.2', dim);
  return head === 'unit' ? toUnitLength(b.program, last) : last;
}

/** Dimension of an embedding. `channels`: C, of the pooled features. */
export const embeddingLength = ({ dim, head = 'raw' }: { dim: number; head?: HeadKind | undefined }, channels: number): number =>
  head === 'probe' ? dim + channels : dim;

/**
 * (q, sqrt(1 - |q|²) u): q [N, K] the probe's class probabilities, u the direction of the features, (p - mean) / |p - mean|. Its length is
 * 1, so two images have
 *     D²/2 = 1 - q_A · q_B - sqrt((1 - |q_A|²) (1 - |q_B|²)) u_A · u_B:
 * the probability 1 - q_A · q_B of different classes, less what the probe leaves open where the features agree. Directions of unrelated images
 * are at right angles on average. Without the second term an image that the probe can't classify would be far from itself.
 */
function probeEmbedding(b: Builder, pooled: Value, classes: number): Value {
  const { program } = b;
  const mean = b.weight('probe.mean', [pooled.shape[1]!]);
  const q = program.softmax(program.scale(b.dense(pooled, 'probe', classes), PROBE_SHARPNESS), 1); // [N, K]
  const direction = toUnitLength(program, program.sub(pooled, mean)); // [N, C]
  const square = program.sum(program.square(q), [1], true);
  const rest = program.sqrt(program.sub(program.scalar(1 + REST_EPSILON), square)); // [N, 1]
  return program.concat([q, program.mul(rest, direction)], 1);
}
