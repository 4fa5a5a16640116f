import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { expect, onTestFinished, test } from 'vitest';
import { channelBlock, hasBlockedOperators } from '../../src/main/nn/engines/onnx-blocks.ts';
import { toOnnx } from '../../src/main/nn/engines/onnx-model.ts';
import { ProgramBuilder } from '../../src/main/nn/ir/build/builder.ts';

/** A convolution with constant weights, optimized by onnxruntime at the given level. */
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

// Every optimized model lists the domain com.microsoft.nchwc; only its nodes show whether it is used.
test('a row-major network is not mistaken for a blocked one, though its file names the blocked operators’ domain', async () => {
  const rowMajor = await optimized('basic');
  expect(Buffer.from(rowMajor).includes('com.microsoft.nchwc')).toBe(true);
  expect(hasBlockedOperators(rowMajor)).toBe(false);
});

test('the block is that of onnxruntime: as many floats as a vector register holds', async () => {
  const block = await channelBlock();
  expect(block > 0).toBe(hasBlockedOperators(await optimized('all')));
  if (process.arch === 'x64') expect([8, 16]).toContain(block); // floats in 256 or 512 bits
});
