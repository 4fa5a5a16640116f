import type { Engine, Executable } from './engines/engine.ts';
import { ProgramBuilder } from './ir/build/builder.ts';
import { freeArray } from './ir/tensor.ts';
import { accelerated, BIAS, ITERATIONS, largestEigenvalue, PENALTY, stepSize, type Pause } from './probe.ts';

/** Rows of a matrix product. */
const BLOCK = 2048;

export interface CrossFit {
  rows: Float32Array; // [n, d]; overwritten
  n: number;
  classOf: Int32Array; // [n] 0..k-1
  k: number;
  foldOf: Uint8Array; // [n] 0..folds-1
  folds: number;
  penalty?: number | undefined; // as in fitProbe
}

/**
 * Out-of-fold scores [n, k]: row i is scored by a linear probe fitted to the rows of all other folds. The minimum is fitProbe's, with centre and
 * scale of all rows; no class of the row's own fold is used. The probes of all folds are fitted at once: a step is two products of all rows, with
 * the weights [folds k, d] of all probes, and rows of a probe's own fold have no residual. `onStep`: the share that is done, 0..1; may throw to
 * cancel, and so may `pause`.
 */
export async function crossFittedScores(
  { rows, n, classOf, k, foldOf, folds, penalty = PENALTY }: CrossFit,
  engine: Engine,
  { pause, onStep }: { pause: Pause; onStep: (share: number) => void },
): Promise<Float32Array> {
  const d = rows.length / n;
  const blocks = blocksOf(rows, { n, d, classOf, k, foldOf, folds });
  const width = d + 1;
  const length = folds * k * width;
  const gradientStep = await engine.compile(gradientTask(width, k, folds), new Map());
  const product = await engine.compile(gramTask(width), new Map());
  const scoring = await engine.compile(scoreTask(width, k, folds), new Map());
  try {
    const eigenvalue = await largestEigenvalue(width, async (v) => {
      await pause();
      return sumOver(product, blocks, (z) => ({ z, v: Float32Array.from(v) }), width);
    });
    const inFold = new Int32Array(folds);
    for (const f of foldOf) inFold[f]!++;
    const fitted = inFold.map((count) => n - count); // rows that a fold's probe is fitted to
    const rate = stepSize(eigenvalue, Math.min(...fitted), penalty);
    let step = 0;
    const w = await accelerated(length, rate, { penalty, pause }, async (at) => {
      const weights = Float32Array.from(at);
      const slope = await sumOver(gradientStep, blocks, (z, { targets, fits }) => ({ z, w: weights, targets, fits }), length);
      for (let i = 0; i < length; i++) slope[i]! /= fitted[Math.floor(i / (k * width))]!;
      onStep(++step / ITERATIONS);
      await pause();
      return slope;
    });
    const out = new Float32Array(n * k);
    const weights = Float32Array.from(w);
    for (const [b, { z, fits }] of blocks.entries()) {
      const { scores } = await scoring.run({ z, w: weights, fits });
      out.set(scores!.subarray(0, Math.min(BLOCK, n - b * BLOCK) * k), b * BLOCK * k);
    }
    return out;
  } finally {
    await Promise.all([gradientStep.dispose(), product.dispose(), scoring.dispose()]);
    for (const { z } of blocks) freeArray(z);
  }
}

interface Block {
  z: Float32Array; // [BLOCK, d + 1] centred, scaled to mean squared length 1, and the constant feature; 0 after the last row
  targets: Float32Array; // [BLOCK, 1, k] 1 at the row's class
  fits: Float32Array; // [BLOCK, folds, 1] 0 for the row's own fold and after the last row, else 1
}

/** Moves the rows into blocks and frees them. */
function blocksOf(
  rows: Float32Array,
  { n, d, classOf, k, foldOf, folds }: { n: number; d: number; classOf: Int32Array; k: number; foldOf: Uint8Array; folds: number },
): Block[] {
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) mean[c]! += rows[i * d + c]! / n;
  let squares = 0;
  for (let i = 0; i < n; i++) for (let c = 0; c < d; c++) squares += (rows[i * d + c]! - mean[c]!) ** 2;
  const scale = squares > 0 ? 1 / Math.sqrt(squares / n) : 1;
  const constant = Math.sqrt(BIAS);
  const blocks = Array.from({ length: Math.ceil(n / BLOCK) }, (_, b): Block => {
    const z = new Float32Array(BLOCK * (d + 1));
    const targets = new Float32Array(BLOCK * k);
    const fits = new Float32Array(BLOCK * folds);
    for (let i = b * BLOCK, at = 0; i < n && at < BLOCK; i++, at++) {
      for (let c = 0; c < d; c++) z[at * (d + 1) + c] = (rows[i * d + c]! - mean[c]!) * scale;
      z[at * (d + 1) + d] = constant;
      targets[at * k + classOf[i]!] = 1;
      for (let f = 0; f < folds; f++) fits[at * folds + f] = Number(foldOf[i] !== f);
    }
    return { z, targets, fits };
  });
  freeArray(rows);
  return blocks;
}

/** The output `sum` [length] added up over the blocks. */
async function sumOver(
  executable: Executable,
  blocks: readonly Block[],
  inputsOf: (z: Float32Array, block: Block) => Record<string, Float32Array>,
  length: number,
): Promise<Float64Array> {
  const total = new Float64Array(length);
  for (const block of blocks) {
    const { sum } = await executable.run(inputsOf(block.z, block));
    for (let i = 0; i < length; i++) total[i]! += sum![i]!;
    freeArray(sum!);
  }
  return total;
}

/** z [BLOCK, width], v [width] -> Z^T Z v [width]. */
function gramTask(width: number) {
  const b = new ProgramBuilder();
  const [z, v] = [b.input('z', [BLOCK, width]), b.input('v', [width])];
  const scores = b.matmul(z, b.reshape(v, [width, 1])); // [BLOCK, 1]
  return { program: b, outputs: { sum: b.reshape(b.matmul(b.reshape(scores, [1, BLOCK]), z), [width]) } };
}

/** w [folds k, width] -> scores [BLOCK, folds, k]. */
function scoresIn(b: ProgramBuilder, width: number, k: number, folds: number) {
  const [z, w] = [b.input('z', [BLOCK, width]), b.input('w', [folds * k, width])];
  return { z, scores: b.reshape(b.matmul(z, b.transpose(w, [1, 0])), [BLOCK, folds, k]) };
}

/** The gradient of each probe's summed cross-entropy over the rows that it is fitted to, [folds k, width]. */
function gradientTask(width: number, k: number, folds: number) {
  const b = new ProgramBuilder();
  const { z, scores } = scoresIn(b, width, k, folds);
  const [targets, fits] = [b.input('targets', [BLOCK, 1, k]), b.input('fits', [BLOCK, folds, 1])];
  const residual = b.mul(b.sub(b.softmax(scores, 2), targets), fits);
  const turned = b.transpose(b.reshape(residual, [BLOCK, folds * k]), [1, 0]);
  return { program: b, outputs: { sum: b.reshape(b.matmul(turned, z), [folds * k * width]) } };
}

/** The scores of each row by the probe that was not fitted to it, [BLOCK, k]. */
function scoreTask(width: number, k: number, folds: number) {
  const b = new ProgramBuilder();
  const { scores } = scoresIn(b, width, k, folds);
  const own = b.sub(b.scalar(1), b.input('fits', [BLOCK, folds, 1]));
  return { program: b, outputs: { scores: b.sum(b.mul(scores, own), [1]) } };
}
