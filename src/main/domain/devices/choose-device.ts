import type { ResumeRequest } from '../../../shared/contract.ts';
import type { DeviceName, EngineName, RunConfig } from '../../../shared/run.ts';
import { deviceWords } from '../../../shared/run-words.ts';
import type { DeviceReport, Settings } from '../../../shared/workbench.ts';

/** Of a run that goes on, from its next epoch. */
export type ResumeChanges = Partial<Pick<RunConfig, Exclude<keyof ResumeRequest, 'run'>>>;

export interface ChosenDevice {
  engine: EngineName;
  device: DeviceName;
  why: string; // a whole sentence
}

/** What a person asked for; undefined where she left it open. */
export interface DeviceRequest {
  engine?: EngineName | undefined;
  device?: DeviceName | undefined;
}

/**
 * Where a training computes: the device asked for, else the one in the settings, else ('auto') the quickest that passed
 * its trial, of either engine. Only 'auto' without a passed graphics card means the CPU; what was asked for is never exchanged.
 */
export function chooseDevice(asked: DeviceRequest, setting: Settings['device'], report: DeviceReport | null): ChosenDevice {
  const engine = asked.engine ?? 'onnx';
  if (asked.device !== undefined) return { engine, device: asked.device, why: `You chose ${deviceWords({ engine, device: asked.device })}.` };
  if (setting !== 'auto' && asked.engine !== 'tensorflow')
    return { engine, device: setting, why: `The settings choose ${deviceWords({ engine: 'onnx', device: setting })}.` };
  if (setting !== 'auto' && setting !== 'cpu') {
    return { engine, device: 'cuda', why: 'The settings choose a GPU, and TensorFlow uses only NVIDIA GPUs (CUDA).' };
  }
  const passed = (report?.checks ?? []).filter((c) => c.ok && (asked.engine === undefined || c.engine === asked.engine));
  const [quickest, ...others] = passed.filter((c) => c.imagesPerSecond !== null).sort((a, b) => b.imagesPerSecond! - a.imagesPerSecond!);
  if (!quickest) {
    const why = report
      ? `No device passed a timed check here, so ${deviceWords({ engine, device: 'cpu' })} is used.`
      : 'No device has been checked yet, so the CPU is used. Check the others in Settings.';
    return { engine, device: 'cpu', why };
  }
  const why = others.length
    ? `The fastest of ${others.length + 1} devices that work here: ${deviceWords(quickest)}, ${Math.round(quickest.imagesPerSecond!)} images/s against ${Math.round(others[0]!.imagesPerSecond!)} on ${deviceWords(others[0]!)}.`
    : `Only ${deviceWords(quickest)} works here.`;
  return { engine: quickest.engine, device: quickest.device, why };
}

/** What to change of a run that goes on: 'auto' becomes a device; where none was named the run's own stays. */
export function withDevice({ run: _, ...asked }: ResumeRequest, setting: Settings['device'], report: DeviceReport | null): ResumeChanges {
  const { engine, device, ...rest } = asked;
  const place = device === 'auto' ? chooseDevice({ engine }, setting, report) : { engine, device };
  const given = Object.entries({ ...rest, engine: place.engine, device: place.device }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as ResumeChanges;
}

/** Why a device can't be trusted to train, by its last trial; null where it passed or was never tried. */
export function deviceProblem({ engine, device }: Pick<ChosenDevice, 'engine' | 'device'>, report: DeviceReport | null): string | null {
  const check = report?.checks.find((c) => c.engine === engine && c.device === device);
  return check && !check.ok ? `${capital(deviceWords(check))} does not work here: ${check.detail.replace(/\.$/, '')}.` : null;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
