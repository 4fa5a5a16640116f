import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import onnxProto from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { AppError } from '../../../shared/errors.ts';
import { makeScratchFolder } from '../../foundation/files.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operation } from '../ir/primitive.ts';
import { BLOCKED_DOMAIN, reorderInput } from '../passes/blocked/operations.ts';
import { toOnnx } from './onnx-model.ts';
import { tensor } from './onnx-session.ts';

const CHANNELS = 64; // a multiple of every block size

let block: Promise<number> | undefined;

/**
 * Channels per block of the blocked layout on this CPU: 8 with AVX2, 16 with AVX-512, 0 where onnxruntime has no blocked layout.
 * Measured once per process on a convolution with constant weights, which onnxruntime converts wherever it supports the layout.
 */
export function channelBlock(): Promise<number> {
  return (block ??= measureBlock());
}

/** Whether a model has blocked operators. The opset imports don't show it: files written by onnxruntime list every known domain. */
export function hasBlockedOperators(model: Uint8Array): boolean {
  return onnxProto.onnx.ModelProto.decode(model).graph!.node!.some((node) => node.domain === BLOCKED_DOMAIN);
}

async function measureBlock(): Promise<number> {
  const folder = makeScratchFolder('twinlens-blocks-');
  try {
    const path = join(folder, 'optimized.onnx');
    const convolution = new ProgramBuilder();
    const kernel = convolution.filled(1, [CHANNELS, CHANNELS, 3, 3]);
    const x = convolution.input('x', [1, CHANNELS, 4, 4]);
    convolution.output('y', convolution.conv(x, kernel, { stride: 1, pads: [1, 1, 1, 1], groups: 1 }));
    const options = { executionProviders: ['cpu'], graphOptimizationLevel: 'all', logSeverityLevel: 4 } as const;
    const created = ort.InferenceSession.create(toOnnx(convolution), { ...options, optimizedModelFilePath: path });
    await (await created.catch((error: unknown) => Promise.reject(explainUnwritten(error, folder)))).release();
    if (!hasBlockedOperators(readFileSync(path))) return 0;
    const reorder = new ProgramBuilder<Operation>();
    reorder.output('y', reorder.append(reorderInput, [reorder.input('x', [1, CHANNELS, 1, 2])], null)[0]!);
    const session = await ort.InferenceSession.create(toOnnx(reorder), options);
    const values = Float32Array.from({ length: 2 * CHANNELS }, (_, i) => i);
    const { y } = await session.run({ x: tensor(values, [1, CHANNELS, 1, 2]) });
    await session.release();
    // In blocked storage the second value of channel 0 follows the first value of every channel in the block.
    const second = (y!.data as Float32Array).indexOf(1);
    return second > 1 ? second : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** onnxruntime's message for a model file that it can't write does not say why. */
function explainUnwritten(error: unknown, folder: string): unknown {
  if (!(error instanceof Error && error.message.includes('Protobuf serialization failed'))) return error;
  const parent = dirname(folder);
  return new AppError(
    'disk-full',
    `The disk of ${parent}, the folder for temporary files, is full. Free some space, or set TMPDIR to another folder.`,
    {},
    error,
  );
}
