import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { AppError } from '../../../shared/errors.ts';
import type { DeviceName } from '../../../shared/run.ts';
import type { Program } from '../emit.ts';
import { toOnnx } from './onnx-model.ts';

/** One line of onnxruntime's own trace: a kernel's run, or a phase of the session. */
export interface ProfileEvent {
  cat: string; // 'Node' for kernels
  name: string; // NODE_kernel_time for a kernel's run
  dur: number; // microseconds
  args?: { op_name?: string; input_type_shape?: Record<string, number[]>[]; output_type_shape?: Record<string, number[]>[] };
}

/** Told what a session did when it is closed. */
export type Profiler = (events: ProfileEvent[]) => void;

export interface OpenSession {
  session: ort.InferenceSession;
  close(): Promise<void>;
}

/** Opens a program on a device. Throws AppError('engine') where the device can't be used. */
export async function open(program: Program, device: DeviceName, profiler?: Profiler): Promise<OpenSession> {
  const traces = profiler ? mkdtempSync(join(tmpdir(), 'twinlens-profile-')) : null;
  try {
    const session = await ort.InferenceSession.create(toOnnx(program), {
      executionProviders: [device],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: availableParallelism(),
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
      ...(traces === null ? {} : { enableProfiling: true, profileFilePrefix: join(traces, 'trace') }),
      // Threads that have nothing to do sleep. By default they spin, and where other programs want the cores too, a small
      // network's step then takes two to three times as long: half of a core's time goes into waiting for the other half.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    const close = async (): Promise<void> => {
      if (traces !== null) {
        session.endProfiling();
        profiler!(readdirSync(traces).flatMap((file) => JSON.parse(readFileSync(join(traces, file), 'utf8')) as ProfileEvent[]));
        rmSync(traces, { recursive: true, force: true });
      }
      await session.release();
    };
    return { session, close };
  } catch (error) {
    if (device === 'cpu') throw error;
    throw new AppError(
      'engine',
      `The device ${device} can't be used here. Run "doctor" to see why, or choose --device cpu.`,
      { detail: String(error) },
      error,
    );
  }
}

export const tensor = (data: Float32Array, dims: readonly number[]): ort.Tensor => new ort.Tensor('float32', data, dims);
