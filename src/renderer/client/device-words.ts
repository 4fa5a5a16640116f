import type { CheckResult } from '../../shared/engine-check.ts';
import { countText, NBSP } from '../../shared/format.ts';
import type { DeviceName, EngineName } from '../../shared/run.ts';
import { DEVICES, TRAINING_OPTIONS } from '../../shared/training-options/table.ts';
import type { Settings } from '../../shared/workbench.ts';

export const deviceName = (device: DeviceName): string => TRAINING_OPTIONS.device.values[device].label;
export const engineName = (engine: EngineName): string => TRAINING_OPTIONS.engine.values[engine].label;

export const DEVICE_CHOICES: readonly { value: Settings['device']; text: string }[] = [
  { value: 'auto', text: 'Automatic (fastest that works)' },
  ...DEVICES.map((value) => ({ value, text: deviceName(value) })),
];

/** Speed of a device that passed its test, relative to the fastest: "2,600 images/s · fastest", "… · 4.0 × slower than the fastest". */
export function speedText(check: CheckResult, all: readonly CheckResult[]): string {
  const own = check.imagesPerSecond;
  if (!check.ok) return '';
  if (own === null) return check.detail;
  const rates = all.flatMap((other) => (other.ok && other.imagesPerSecond !== null ? [other.imagesPerSecond] : []));
  const rate = `${countText(Math.round(own))}${NBSP}images/s`;
  if (rates.length < 2) return rate;
  const best = Math.max(...rates);
  return own === best ? `${rate} · fastest` : `${rate} · ${(best / own).toFixed(1)}${NBSP}× slower than the fastest`;
}

/** Why a device failed its test: a sentence for known causes, else the engine's message. */
export function failureReason({ detail, device, engine }: CheckResult): string {
  if (engine === 'tensorflow') return detail.charAt(0).toUpperCase() + detail.slice(1).replace(/\.?$/, '.');
  if (/not part of this build/.test(detail)) {
    if (device === 'dml') return 'DirectML is available on Windows only.';
    return `ONNX Runtime for this system has no ${device === 'cuda' ? 'CUDA' : 'WebGPU'} support.`;
  }
  if (device === 'webgpu' && /adapter/i.test(detail)) return 'No GPU with WebGPU support was found.';
  if (
    device === 'cuda' &&
    /(libonnxruntime_providers_cuda|libcud|libcublas|shared (object|library)|LoadLibrary|no CUDA-capable|CUDA failure)/i.test(detail)
  )
    return 'CUDA needs an NVIDIA GPU, its driver and the CUDA library of ONNX Runtime; one of them is missing.';
  return detail;
}

/** Warning for the chosen device: never tested, or failed its test. */
export function deviceWarning(setting: Settings['device'], checks: readonly CheckResult[] | null): string | null {
  if (setting === 'auto') return null;
  const check = checks?.find((one) => one.engine === 'onnx' && one.device === setting);
  if (!check) return 'This device has not been tested on this computer yet.';
  return check.ok ? null : `This device failed its test: ${failureReason(check)}`;
}
