import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DEVICES, type DeviceName, ENGINES } from '../shared/run.ts';
import type { DeviceReport, Settings } from '../shared/workbench.ts';
import type { ComputeHost } from './compute/compute-host.ts';
import { writeWhole } from './files.ts';

const Report = z.object({
  checkedMs: z.number(),
  checks: z.array(
    z.object({
      engine: z.enum(ENGINES),
      device: z.enum(DEVICES),
      ok: z.boolean(),
      detail: z.string(),
      milliseconds: z.number().nullable(),
    }),
  ),
});

/** What the engines and devices of this machine were found to do, kept beside the settings until they are tried again. */
export class Devices {
  private readonly path: string;
  private current: DeviceReport | null;

  constructor(path: string) {
    this.path = path;
    this.current = readReport(path);
  }

  /** Of the last time they were tried; null before the first. */
  get(): DeviceReport | null {
    return this.current;
  }

  /** Tries each with real training steps. Throws AppError 'cancelled' or 'compute-lost'. */
  async check(compute: ComputeHost, signal?: AbortSignal): Promise<DeviceReport> {
    const checks = await compute.ask('check', {}, { signal });
    this.current = { checkedMs: Date.now(), checks };
    await writeWhole(this.path, `${JSON.stringify(this.current, null, 2)}\n`);
    return this.current;
  }
}

function readReport(path: string): DeviceReport | null {
  try {
    const found = Report.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return found.success ? found.data : null;
  } catch {
    return null; // none yet, or one that was cut off: trying again is a matter of seconds
  }
}

export interface ChosenDevice {
  device: DeviceName;
  why: string; // a whole sentence
}

export const DEVICE_WORDS = {
  cpu: 'the processor (CPU)',
  webgpu: 'the graphics card through WebGPU',
  cuda: 'the NVIDIA graphics card (CUDA)',
  dml: 'the graphics card through DirectML',
} as const satisfies Record<DeviceName, string>;

/**
 * Where a training computes: the device asked for, else the one in the settings, else ('auto') the quickest that passed
 * its trial. Only 'auto' without a passed graphics card means the CPU; a device that was asked for is never exchanged.
 */
export function chooseDevice(asked: DeviceName | undefined, setting: Settings['device'], report: DeviceReport | null): ChosenDevice {
  if (asked !== undefined) return { device: asked, why: `You chose ${DEVICE_WORDS[asked]}.` };
  if (setting !== 'auto') return { device: setting, why: `The settings say ${DEVICE_WORDS[setting]}.` };
  const passed = (report?.checks ?? []).filter((check) => check.engine === 'onnx' && check.ok && check.milliseconds !== null);
  const quickest = passed.toSorted((a, b) => a.milliseconds! - b.milliseconds!)[0];
  if (!report || !quickest)
    return { device: 'cpu', why: 'No device of this machine has been tried yet, so the processor (CPU) computes. Try the others under Settings.' };
  const others = passed.length - 1;
  const why =
    others > 0
      ? `The quickest of ${passed.length} devices that passed their trial: ${DEVICE_WORDS[quickest.device]}.`
      : `Only ${DEVICE_WORDS[quickest.device]} passed its trial on this machine.`;
  return { device: quickest.device, why };
}

/** Why a device can't be trusted to train, by its last trial; null where it passed or was never tried. */
export function deviceProblem(device: DeviceName, report: DeviceReport | null): string | null {
  const check = report?.checks.find((c) => c.engine === 'onnx' && c.device === device);
  return check && !check.ok ? `${capital(DEVICE_WORDS[device])} did not pass its trial: ${check.detail}.` : null;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
