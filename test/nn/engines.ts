import { afterAll, beforeAll } from 'vitest';
import type { Engine } from '../../src/main/nn/engines/engine.ts';
import { onnxEngine } from '../../src/main/nn/engines/onnx.ts';
import { open, type OpenSession } from '../../src/main/nn/engines/onnx-session.ts';
import { tensorflowEngine } from '../../src/main/nn/engines/tensorflow.ts';
import { tensorflowLibrary } from '../../src/main/nn/engines/tensorflow/library.ts';
import { ProgramBuilder } from '../../src/main/nn/ir/build/builder.ts';
import { DEVICES } from '../../src/shared/training-options/table.ts';

export interface EngineUnderTest {
  title: string;
  /** Whether a training step of a large network takes minutes. */
  isSlow: boolean;
  open(): Promise<Engine>;
}

/** The device named in TWINLENS_TEST_DEVICE replaces the CPU in numerical tests (scripts/check-webgpu.mjs). */
export const DEVICE_UNDER_TEST = DEVICES.find((device) => device === process.env['TWINLENS_TEST_DEVICE']);

const onnx = DEVICE_UNDER_TEST ?? 'cpu';
/** Without its library, TensorFlow computes in plain JavaScript. */
const isScript = (await tensorflowLibrary()).backend === 'script';

/** Engines of the numerical tests. */
export const ENGINES: EngineUnderTest[] = [
  { title: `onnx on ${onnx}`, isSlow: false, open: () => Promise.resolve(onnxEngine(onnx)) },
  ...(DEVICE_UNDER_TEST ? [] : [{ title: 'tensorflow', isSlow: isScript, open: () => tensorflowEngine('cpu') }]),
];

// onnxruntime closes its WebGPU device with the last session, and a new device compiles every shader again: half of the time of these
// tests on a software driver. One session that stays open for the file keeps the device.
if (DEVICE_UNDER_TEST === 'webgpu') {
  let session: OpenSession;
  beforeAll(async () => {
    const b = new ProgramBuilder();
    b.output('y', b.add(b.input('x', [1]), b.scalar(1)));
    session = await open(b, 'webgpu');
  });
  afterAll(() => session.close());
}
