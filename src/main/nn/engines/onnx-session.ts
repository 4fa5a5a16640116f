import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { AppError } from '../../../shared/errors.ts';
import type { DeviceName } from '../../../shared/run.ts';
import { Emitter, type Program } from '../emit.ts';
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
        ? { preferredOutputLocation: Object.fromEntries(program.outputs.map(({ name }) => [name, stay.has(name) ? 'gpu-buffer' : 'cpu'])) }
        : {}),
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
    throw device === 'cpu' ? error : deviceError(device, error);
  }
}

/** Devices whose tensors can stay where they were computed, to be fed to the next run. */
export const keepsTensors = (device: DeviceName): boolean => device === 'webgpu';

/** Whether a device is there at all, found out with one addition. Throws AppError('engine') where it is not. */
export async function openDevice(device: DeviceName): Promise<void> {
  const e = new Emitter();
  const x = e.input('x', [1]);
  e.output(e.add(x, x), 'y');
  const { close } = await open(e.program, device);
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
    throw device === 'cpu' ? error : deviceError(device, error);
  }
}

// WebGPU goes on after an allocation that failed, and then says this of whatever followed.
const MEMORY =
  /invalid due to a previous error|out of memory|bad_alloc|OUT_OF_(DEVICE|HOST)_MEMORY|failed to allocate|exceeds? .*(buffer|limit|size)|E_OUTOFMEMORY/i;
const PROVIDER = /providers_(cuda|shared)|libcu|cudart|cudnn|shared library|LoadLibrary|no CUDA-capable|CUDA failure/i;
const LOST = /device (is |was )?(lost|removed|hung)|DEVICE_LOST|DXGI_ERROR_DEVICE/i;

/** What went wrong on a graphics card, for a person; the engine's own words go along. */
export function deviceError(device: DeviceName, error: unknown): AppError {
  const detail = String(error instanceof Error ? error.message : error);
  const say = (sentence: string): AppError => new AppError('engine', sentence, { device, detail }, error);
  if (MEMORY.test(detail)) {
    return say(
      `The memory of the device ${device} does not suffice for this. Use a smaller batch or image size, or --device cpu. Epochs that were finished are kept, and the run can be resumed.`,
    );
  }
  if (LOST.test(detail)) {
    return say(
      `The device ${device} was lost in the middle of its work: its driver was reset or updated, or the card was taken away. Epochs that were finished are kept: resume the run, or use --device cpu.`,
    );
  }
  if (/adapter/i.test(detail)) return say(`No graphics card that ${device} can use was found here. Install its driver, or choose --device cpu.`);
  if (device === 'cuda' && PROVIDER.test(detail)) {
    return say(
      'CUDA can\'t be used here: it needs an NVIDIA card with its driver, CUDA 12, cuDNN 9 and the CUDA part of the engine. "npm run install-cuda" adds the last and says what else is missing.',
    );
  }
  return say(`The device ${device} can't be used here. Run "doctor" to see why, or choose --device cpu.`);
}

export const tensor = (data: Float32Array, dims: readonly number[]): ort.Tensor => new ort.Tensor('float32', data, dims);
