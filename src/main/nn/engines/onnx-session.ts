import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { DeviceName } from '../../../shared/run.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import type { Program } from '../ir/program.ts';
import { toldError } from './device-error.ts';
import { toOnnx } from './onnx-model.ts';

/** One line of onnxruntime's own trace: a kernel's run, or a phase of the session. */
export interface ProfileEvent {
  cat: string; // 'Node' for kernels
  name: string; // NODE_kernel_time for a kernel's run
  dur: number; // microseconds
  args?: { op_name?: string; provider?: string; input_type_shape?: Record<string, number[]>[]; output_type_shape?: Record<string, number[]>[] };
}

/** Told what a session did when it is closed. */
export type Profiler = (events: ProfileEvent[]) => void;

export interface OpenSession {
  session: ort.InferenceSession;
  close(): Promise<void>;
}

/**
 * Opens a program on a device; outputs named in `stay` are left there, where the device keeps tensors. Throws
 * AppError('engine') where the device can't be used.
 */
export async function open(program: Program, device: DeviceName, profiler?: Profiler, stay: ReadonlySet<string> = new Set()): Promise<OpenSession> {
  const traces = profiler ? mkdtempSync(join(tmpdir(), 'twinlens-profile-')) : null;
  try {
    const session = await ort.InferenceSession.create(toOnnx(program), {
      executionProviders: [device],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: availableParallelism(),
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
      // A plan of the memory is made from the first run and laid beside what that run took, which is kept: a training step
      // then needs 1.5 times the memory, and is no faster.
      enableMemPattern: false,
      ...(stay.size
        ? { preferredOutputLocation: Object.fromEntries([...program.outputs.keys()].map((name) => [name, stay.has(name) ? 'gpu-buffer' : 'cpu'])) }
        : {}),
      ...(traces === null ? {} : { enableProfiling: true, profileFilePrefix: join(traces, 'trace') }),
      // Threads that have nothing to do wait awake for so many microseconds, then sleep. Operators follow on each other at once, and to
      // be woken for each costs a small network's step a tenth; by default threads stay awake a thousand times as long, and where other
      // programs want the cores too, a step then takes longer, since one thread's waiting takes the core from the other's work.
      extra: { session: { intra_op: { allow_spinning: '1', spin_duration_us: '20' } } },
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
    throw toldError(device, error);
  }
}

/** Devices whose tensors can stay where they were computed, to be fed to the next run. */
export const keepsTensors = (device: DeviceName): boolean => device === 'webgpu';

/** Whether a device is there at all, found out with one addition. Throws AppError('engine') where it is not. */
export async function openDevice(device: DeviceName): Promise<void> {
  const b = new ProgramBuilder();
  const x = b.input('x', [1]);
  b.output('y', b.add(x, x));
  const { close } = await open(b, device);
  await close();
}

/** Runs a session; what a device says of running out of memory or being lost comes back as something to act on. */
export async function runSession(
  session: ort.InferenceSession,
  device: DeviceName,
  feeds: Record<string, ort.Tensor>,
  fetches?: Record<string, ort.Tensor | null>,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  try {
    return await (fetches ? session.run(feeds, fetches) : session.run(feeds));
  } catch (error) {
    throw toldError(device, error);
  }
}

/** A step's distances. WebGPU skips what it has no memory for and goes on: then nothing was written, where every distance is above 0. */
export function written({ data }: ort.Tensor, device: DeviceName): Float32Array {
  const distances = data as Float32Array;
  if (distances.some((d) => d === 0)) throw toldError(device, new Error('out of memory: a step left its results empty'));
  return distances;
}

export const tensor = (data: Float32Array, dims: readonly number[]): ort.Tensor => new ort.Tensor('float32', data, dims);
