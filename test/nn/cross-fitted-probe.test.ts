import { describe, expect, test } from 'vitest';
import { crossFittedScores } from '../../src/main/nn/cross-fitted-probe.ts';
import { onnxEngine } from '../../src/main/nn/engines/onnx.ts';
import { fitProbe } from '../../src/main/nn/probe.ts';
import { randomFor } from '../../src/shared/random.ts';

const [N, D, K, FOLDS] = [120, 12, 3, 5];
const random = randomFor(1, 'cross-fitted probe');
const classOf = Int32Array.from({ length: N }, (_, i) => i % K);
const foldOf = Uint8Array.from({ length: N }, (_, i) => Math.floor(i / K) % FOLDS);
const rows = Float32Array.from({ length: N * D }, (_, at) => 5 + random.normal() + (at % D === Math.floor(at / D) % K ? 2 : 0));
const engine = onnxEngine('cpu');

interface Case {
  rows: Float32Array;
  classes: Int32Array;
  folds: Uint8Array;
  penalty: number;
  pause: () => Promise<void>;
}
const scoresOf = (o: Partial<Case> = {}): Promise<Float32Array> =>
  crossFittedScores(
    { rows: (o.rows ?? rows).slice(), n: N, classOf: o.classes ?? classOf, k: K, foldOf: o.folds ?? foldOf, folds: FOLDS, penalty: o.penalty },
    engine,
    { pause: o.pause ?? (() => Promise.resolve()), onStep: () => undefined },
  );

describe('cross-fitted scores [120, 12] -> 3 classes', () => {
  test('equal the held-out scores of fitProbe, which assigns the same folds', async () => {
    const targets = Uint8Array.from({ length: N * K }, (_, at) => Number(at % K === classOf[Math.floor(at / K)]));
    const penalty = 0.05; // so that both are at the minimum after their steps
    const { heldOut } = await fitProbe(rows, N, targets, { penalty });
    (await scoresOf({ penalty })).forEach((score, at) => expect(Math.abs(score - heldOut[at]!)).toBeLessThan(5e-3)); // float32
  });

  test('do not depend on the class of the row itself or of others in its fold', async () => {
    const before = await scoresOf();
    const changed = classOf.slice();
    const fold = [...foldOf.keys()].filter((i) => foldOf[i] === 2);
    for (const i of fold) changed[i] = (changed[i]! + 1) % K;
    const after = await scoresOf({ classes: changed });
    for (const i of fold) expect(after.subarray(i * K, (i + 1) * K)).toEqual(before.subarray(i * K, (i + 1) * K));
    expect(after).not.toEqual(before);
  });

  test('a duplicate in another fold tells its class; one in the same fold does not', async () => {
    const wide = 80;
    const copied = Float32Array.from({ length: N * wide }, () => random.normal());
    const drawn = Int32Array.from({ length: N }, () => random.below(K)); // classes that the rows don't tell
    for (let i = 1; i < N; i += 2) {
      copied.copyWithin(i * wide, (i - 1) * wide, i * wide); // each odd row is a copy of the one before
      drawn[i] = drawn[i - 1]!;
    }
    const right = async (folds: Uint8Array): Promise<number> => {
      const scores = await scoresOf({ rows: copied, classes: drawn, folds });
      return [...drawn.keys()].filter((i) => Math.max(...scores.subarray(i * K, (i + 1) * K)) === scores[i * K + drawn[i]!]).length / N;
    };
    expect(await right(Uint8Array.from({ length: N }, (_, i) => Math.floor(i / 2) % FOLDS))).toBeLessThan(0.5); // a third is chance
    expect(await right(Uint8Array.from({ length: N }, (_, i) => i % FOLDS))).toBeGreaterThan(0.9);
  });

  test('stops when pause throws', async () => {
    let pauses = 0;
    const stopped = scoresOf({ pause: () => (++pauses > 60 ? Promise.reject(new Error('stopped')) : Promise.resolve()) });
    await expect(stopped).rejects.toThrow('stopped');
  });
});
