import { DISTANCE_EPSILON } from '../functional/pair-distance.ts';
import { logSoftmax } from '../functional/log-softmax.ts';
import { PROBE_SHARPNESS, REST_EPSILON } from '../head.ts';
import type { ProgramBuilder } from '../ir/build/builder.ts';
import type { Value } from '../ir/value.ts';
import { lengthsOf, throughUnitLength } from './path-of-length.ts';

/**
 * The path's integral (path.ts) for a probe head: embedding z = (q, r u), q = softmax of the logits, r = sqrt(1 + eps - |q|²), u the
 * direction of y = t p - mean. For each step from t_k to t_k+1 secants replace derivatives, so that the sum is complete for any number of
 * steps. With U = (v_k + v_k+1) / (D_k + D_k+1) as for other heads, split into those of q and of r u:
 *
 *   q: Δq = (diag(L) - L L^T / sum L) Δlogits,   L the logarithmic mean of q_k and q_k+1
 *   r u: Δ(r u) = Δr (u_k + u_k+1)/2 + (r_k + r_k+1)/2 Δu,   Δr = -(q_k + q_k+1) · Δq / (r_k + r_k+1),   Δu = M Δy (path-of-length.ts)
 */
export function integrateProbe(b: ProgramBuilder, pooled: Value, embedding: Value, steps: number): { baseline: Value; gradient: Value } {
  const [images, channels] = pooled.shape as [number, number];
  const half = images / 2;
  const [weight, bias, mean] = ['probe.weight', 'probe.bias', 'probe.mean'].map((name) => b.params.get(name)!.value) as [Value, Value, Value];
  const [classes] = weight.shape as [number];
  const length = classes + channels;
  const times = b.constant(
    Float32Array.from({ length: steps + 1 }, (_, k) => k / steps),
    [1, steps + 1, 1],
  );
  const starts = (x: Value): Value => b.slice(x, [1], [0], [steps]);
  const ends = (x: Value): Value => b.slice(x, [1], [1], [steps + 1]);
  const both = (x: Value): Value => b.add(starts(x), ends(x));
  const dot = (x: Value, y: Value): Value => b.sum(b.mul(x, y), [2], true);

  const scores = b.reshape(b.matmul(pooled, weight, { transposeB: true }), [images, 1, classes]);
  const logQ = logSoftmax(b, b.scale(b.add(b.mul(scores, times), bias), PROBE_SHARPNESS)); // [2P, T + 1, K]
  const q = b.exp(logQ);
  const rest = b.sqrt(b.sub(b.scalar(1 + REST_EPSILON), b.sum(b.square(q), [2], true))); // r, [2P, T + 1, 1]
  const y = b.sub(b.mul(b.reshape(pooled, [images, 1, channels]), times), mean); // [2P, T + 1, C]
  const n = lengthsOf(b, y, 2);
  const direction = b.div(y, n); // u
  const partner = b.concat([b.slice(embedding, [0], [half], [images]), b.slice(embedding, [0], [0], [half])], 0); // of each image
  const v = b.sub(b.concat([q, b.mul(rest, direction)], 2), b.reshape(partner, [images, 1, length])); // [2P, T + 1, K + C]
  const distances = b.sqrt(b.add(b.sum(b.square(v), [2], true), b.scalar(DISTANCE_EPSILON ** 2))); // [2P, T + 1, 1]

  const secant = b.div(both(v), both(distances)); // U, [2P, T, K + C]
  const ofQ = b.slice(secant, [2], [0], [classes]);
  const ofDirection = b.slice(secant, [2], [classes], [length]);
  const restSums = both(rest);
  const byRest = b.scale(dot(ofDirection, both(direction)), 0.5); // what a change of r adds, [2P, T, 1]
  const byQ = b.sub(ofQ, b.mul(both(q), b.div(byRest, restSums))); // what a change of q adds, [2P, T, K]
  const means = logarithmicMean(b, starts(logQ), ends(logQ)); // L
  const byLogits = b.mul(means, b.sub(byQ, b.div(dot(means, byQ), b.sum(means, [2], true)))); // [2P, T, K]
  const byY = throughUnitLength(
    b,
    b.mul(ofDirection, b.scale(restSums, 0.5)),
    { start: starts(y), end: ends(y) },
    { start: starts(n), end: ends(n) },
    2,
  );
  const throughProbe = b.matmul(b.scale(b.mean(byLogits, [1]), PROBE_SHARPNESS), weight); // [2P, C]
  return { baseline: b.reshape(b.slice(distances, [1], [0], [1]), [images]), gradient: b.add(throughProbe, b.mean(byY, [1])) };
}

/**
 * (x - y) / (log x - log y), from the logarithms: sqrt(x y) sinh(h) / h with h = (log x - log y) / 2, and sinh(h) / h as a series, whose
 * error is below 1e-6 for |h| < 0.5.
 */
function logarithmicMean(b: ProgramBuilder, logX: Value, logY: Value): Value {
  const h2 = b.scale(b.square(b.sub(logX, logY)), 0.25);
  const series = b.add(b.mul(h2, b.add(b.scale(h2, 1 / 120), b.scalar(1 / 6))), b.scalar(1));
  return b.mul(b.exp(b.scale(b.add(logX, logY), 0.5)), series);
}
