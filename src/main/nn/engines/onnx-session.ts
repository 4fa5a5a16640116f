import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { makeScratchFolder } from '../../foundation/files.ts';
import type { DeviceName } from '../../../shared/run.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import type { Program } from '../ir/program.ts';
import { freeArray, sizeOf } from '../ir/tensor.ts';
import { explainDeviceError } from './device-error.ts';
import { IdleDevice } from './idle-device.ts';
import { toOnnx } from './onnx-model.ts';

/** One event of onnxruntime's trace: a kernel's run, or a phase of the session. */
export interface ProfileEvent {
  cat: string; // 'Node' for kernels
  name: string; // NODE_kernel_time for a kernel's run
  dur: number; // microseconds
  args?: { op_name?: string; provider?: string; input_type_shape?: Record<string, number[]>[]; output_type_shape?: Record<string, number[]>[] };
}

/** Receives a session's trace when it is closed. */
export type Profiler = (events: ProfileEvent[]) => void;

export interface OpenSession {
  session: ort.InferenceSession;
  close(): Promise<void>;
}

/**
 * Half a minute: a person opens the results of a training. Training the compact network at 96 px, 8 pairs a step, has 235 MB of tensors;
 * MobileNetV2 at 0.35, 224 px and 16 pairs has 7 GB.
 */
const WEBGPU_IDLE = { ms: 30_000, bytes: 1e9 };
const webgpu = new IdleDevice(() => createSession(additionProgram(), 'webgpu'), WEBGPU_IDLE);

/** Bytes of all tensors of a program. At most this much is allocated, as tensors share buffers. */
const bytesOf = ({ instructions, inputs, constants }: Program): number =>
  [...instructions.flatMap(({ outputs }) => outputs), ...inputs.values(), ...constants.keys()].reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);

/**
 * Opens a session for a lowered program on a device. `deviceOutputs`: names of the outputs that stay in device memory. Throws
 * AppError('engine') where the device is not available.
 */
export async function open(program: Program, device: DeviceName, profiler?: Profiler, deviceOutputs?: ReadonlySet<string>): Promise<OpenSession> {
  const idle = device === 'webgpu' ? webgpu : null;
  try {
    await idle?.acquire(bytesOf(program));
    try {
      const opened = await createSession(program, device, profiler, deviceOutputs);
      const close = async (): Promise<void> => {
        await opened.close();
        await idle?.release();
      };
      return { ...opened, close };
    } catch (error) {
      await idle?.release();
      throw error;
    }
  } catch (error) {
    throw await handleDeviceError(device, error);
  }
}

/** Explains an error of a device, and closes an idle WebGPU device, whose memory may be full. */
async function handleDeviceError(device: DeviceName, error: unknown): Promise<unknown> {
  if (device === 'webgpu') await webgpu.close();
  return explainDeviceError(device, error);
}

/** Options of every session. */
export const sessionOptions = (device: DeviceName): ort.InferenceSession.SessionOptions => ({
  executionProviders: [device],
  graphOptimizationLevel: 'all',
  intraOpNumThreads: availableParallelism(),
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
  // A memory pattern is allocated in addition to the memory of the first run, from which it is planned: a training step needs
  // 1.5 times the memory and is no faster.
  enableMemPattern: false,
  // Idle threads spin for 20 µs, then sleep. Without spinning, waking them for each operator takes 10 % of a small network's
  // step. The default of 20 ms slows a step down where other programs use the cores too.
  extra: { session: { intra_op: { allow_spinning: '1', spin_duration_us: '20' } } },
});

async function createSession(
  program: Program,
  device: DeviceName,
  profiler?: Profiler,
  deviceOutputs: ReadonlySet<string> = new Set(),
): Promise<OpenSession> {
  const traces = profiler ? makeScratchFolder('twinlens-profile-') : null;
  const model = toOnnx(program);
  const session = await ort.InferenceSession.create(model, {
    ...sessionOptions(device),
    ...(deviceOutputs.size
      ? {
          preferredOutputLocation: Object.fromEntries(
            [...program.outputs.keys()].map((name) => [name, deviceOutputs.has(name) ? 'gpu-buffer' : 'cpu']),
          ),
        }
      : {}),
    ...(traces === null ? {} : { enableProfiling: true, profileFilePrefix: join(traces, 'trace') }),
  });
  freeArray(model); // the session has a copy; until a garbage collection a ResNet-50 would take another 94 MB
  const close = async (): Promise<void> => {
    if (traces !== null) {
      session.endProfiling();
      profiler!(readdirSync(traces).flatMap((file) => JSON.parse(readFileSync(join(traces, file), 'utf8')) as ProfileEvent[]));
      rmSync(traces, { recursive: true, force: true });
    }
    await session.release();
  };
  return { session, close };
}

/** Whether outputs can stay in the device's memory and be fed to the next run. */
export const keepsTensors = (device: DeviceName): boolean => device === 'webgpu';

/** The smallest program: y = x + x. */
function additionProgram(): Program {
  const b = new ProgramBuilder();
  const x = b.input('x', [1]);
  b.output('y', b.add(x, x));
  return b;
}

/** Opens a session with one addition to check a device. Throws AppError('engine') where it is not available. */
export async function openDevice(device: DeviceName): Promise<void> {
  const { close } = await open(additionProgram(), device);
  await close();
}

/** Runs a session. Throws its errors in a user's words (AppError('engine')). */
export async function runSession(
  session: ort.InferenceSession,
  device: DeviceName,
  feeds: Record<string, ort.Tensor>,
  fetches?: Record<string, ort.Tensor | null>,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  try {
    return await (fetches ? session.run(feeds, fetches) : session.run(feeds));
  } catch (error) {
    throw await handleDeviceError(device, error);
  }
}

/**
 * Awaits a training step. WebGPU skips operators that it has no memory for and continues. The distances are then 0, whereas a
 * computed distance is never below DISTANCE_EPSILON.
 */
export async function runOrOutOfMemory(
  run: Promise<ort.InferenceSession.OnnxValueMapType>,
  device: DeviceName,
): Promise<{ out: ort.InferenceSession.OnnxValueMapType; distances: Float32Array }> {
  const out = await run;
  const distances = out['distances']!.data as Float32Array;
  if (distances.some((d) => d === 0)) throw await handleDeviceError(device, new Error('out of memory: a step left its results empty'));
  return { out, distances };
}

export const tensor = (data: Float32Array, dims: readonly number[]): ort.Tensor => new ort.Tensor('float32', data, dims);
