import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { expect, onTestFinished, test } from 'vitest';
import { channelBlock, hasBlockedOperators } from '../../src/main/nn/engines/onnx-blocks.ts';
import { toOnnx } from '../../src/main/nn/engines/onnx-model.ts';
import { ProgramBuilder } from '../../src/main/nn/ir/build/builder.ts';

/** A convolution with constant weights, as onnxruntime makes it over at a level of its optimizations. */
async function optimized(level: 'basic' | 'all'): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens-optimized-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const b = new ProgramBuilder();
  b.output('y', b.conv(b.input('x', [1, 64, 4, 4]), b.filled(1, [64, 64, 1, 1]), { stride: 1, pads: [0, 0, 0, 0], groups: 1 }));
  const path = join(folder, 'model.onnx');
  const options = { executionProviders: ['cpu'], graphOptimizationLevel: level, logSeverityLevel: 4, optimizedModelFilePath: path } as const;
  await (await ort.InferenceSession.create(toOnnx(b), options)).release();
  return readFileSync(path);
}

// Every optimized model names the domain among those that onnxruntime knows: only its nodes tell whether they are of it.
test('a network that was left in rows is not taken for one in blocks, though its file names them', async () => {
  const rows = await optimized('basic');
  expect(Buffer.from(rows).includes('com.microsoft.nchwc')).toBe(true);
  expect(hasBlockedOperators(rows)).toBe(false);
});

test('blocks are used where onnxruntime uses them, and are as wide as a vector register of this processor', async () => {
  const block = await channelBlock();
  expect(block > 0).toBe(hasBlockedOperators(await optimized('all')));
  if (process.arch === 'x64') expect([8, 16]).toContain(block); // floats in 256 or 512 bits
});
