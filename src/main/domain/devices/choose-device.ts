import type { ResumeRequest } from '../../../shared/contract.ts';
import type { DeviceName, EngineName, RunConfig } from '../../../shared/run.ts';
import { deviceWords } from '../../../shared/run-words.ts';
import type { DeviceReport, Settings } from '../../../shared/workbench.ts';

/** Settings that a resumed run changes from its next epoch. */
export type ResumeChanges = Partial<Pick<RunConfig, Exclude<keyof ResumeRequest, 'run'>>>;

export interface ChosenDevice {
  engine: EngineName;
  device: DeviceName;
  why: string; // a whole sentence
}

/** The requested engine and device; undefined: not specified. */
export interface DeviceRequest {
  engine?: EngineName | undefined;
  device?: DeviceName | undefined;
}

/**
 * The device of a training: the requested one, else the one in the settings, else ('auto') the fastest that passed its check,
 * on either engine. 'auto' falls back to the CPU if nothing passed. A requested device is never replaced.
 */
export function chooseDevice(requested: DeviceRequest, setting: Settings['device'], report: DeviceReport | null): ChosenDevice {
  const engine = requested.engine ?? 'onnx';
  if (requested.device !== undefined)
    return { engine, device: requested.device, why: `You chose ${deviceWords({ engine, device: requested.device })}.` };
  if (setting !== 'auto' && requested.engine !== 'tensorflow')
    return { engine, device: setting, why: `The settings choose ${deviceWords({ engine: 'onnx', device: setting })}.` };
  if (setting !== 'auto' && setting !== 'cpu') {
    return { engine, device: 'cuda', why: 'The settings choose a GPU, and TensorFlow uses only NVIDIA GPUs (CUDA).' };
  }
  const passed = (report?.checks ?? []).filter((c) => c.ok && (requested.engine === undefined || c.engine === requested.engine));
  const [fastest, ...others] = passed.filter((c) => c.imagesPerSecond !== null).sort((a, b) => b.imagesPerSecond! - a.imagesPerSecond!);
  if (!fastest) {
    const why = report
      ? `No device passed a timed check here, so ${deviceWords({ engine, device: 'cpu' })} is used.`
      : 'No device has been checked yet, so the CPU is used. Check the others in Settings.';
    return { engine, device: 'cpu', why };
  }
  const why = others.length
    ? `The fastest of ${others.length + 1} devices that work here: ${deviceWords(fastest)}, ${Math.round(fastest.imagesPerSecond!)} images/s against ${Math.round(others[0]!.imagesPerSecond!)} on ${deviceWords(others[0]!)}.`
    : `Only ${deviceWords(fastest)} works here.`;
  return { engine: fastest.engine, device: fastest.device, why };
}

/** The changes of a resumed run, with 'auto' replaced by a device. Without a requested device the run keeps its own. */
export function withDevice({ run: _, ...request }: ResumeRequest, setting: Settings['device'], report: DeviceReport | null): ResumeChanges {
  const { engine, device, ...rest } = request;
  const chosen = device === 'auto' ? chooseDevice({ engine }, setting, report) : { engine, device };
  const defined = Object.entries({ ...rest, engine: chosen.engine, device: chosen.device }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as ResumeChanges;
}

/** Why a device failed its last check; null if it passed or was never checked. */
export function deviceProblem({ engine, device }: Pick<ChosenDevice, 'engine' | 'device'>, report: DeviceReport | null): string | null {
  const check = report?.checks.find((c) => c.engine === engine && c.device === device);
  return check && !check.ok ? `${capitalize(deviceWords(check))} does not work here: ${check.detail.replace(/\.$/, '')}.` : null;
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
