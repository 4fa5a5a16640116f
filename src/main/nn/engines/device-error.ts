import { AppError } from '../../../shared/errors.ts';
import type { DeviceName } from '../../../shared/run.ts';

const MEMORY = /bad_alloc|failed to allocate|could not allocate memory|allocation failed|out of memory|OOM when allocating/i;
// WebGPU continues after a failed allocation and reports the first error that follows from it.
const GPU_MEMORY = /invalid due to a previous error|OUT_OF_(DEVICE|HOST)_MEMORY|exceeds? .*(buffer|limit|size)|E_OUTOFMEMORY/i;
const PROVIDER = /providers_(cuda|shared)|libcu|cudart|cudnn|shared library|LoadLibrary|no CUDA-capable|CUDA failure/i;
const LOST = /device (is |was )?(lost|removed|hung)|DEVICE_LOST|DXGI_ERROR_DEVICE/i;

const CPU_FLAG = { flags: ['--device cpu'] }; // for the command line

/** Whether an error made by this file reports that memory ran out. A smaller batch may succeed. */
export const isMemoryError = (error: unknown): boolean => error instanceof AppError && error.details['memory'] === true;

/** An engine's error in a user's words; `details.detail` has the engine's message. On the CPU only out-of-memory errors are reworded. */
export function explainDeviceError(device: DeviceName, error: unknown): unknown {
  if (device !== 'cpu') return deviceError(device, error);
  return memoryError(device, error) ?? error;
}

/** An out-of-memory error in a user's words; null for any other error. */
export function memoryError(device: DeviceName, error: unknown): AppError | null {
  const detail = messageOf(error);
  if (!MEMORY.test(detail) && (device === 'cpu' || !GPU_MEMORY.test(detail))) return null;
  const memory = device === 'cpu' ? 'memory on this computer' : `memory on the device ${device}`;
  const alternative = device === 'cpu' ? '.' : ', or choose the CPU.';
  return new AppError(
    'engine',
    `There is not enough ${memory}. Use a smaller batch or image size${alternative} Finished epochs are saved, and the run can be resumed.`,
    { device, detail, memory: true, ...(device !== 'cpu' && CPU_FLAG) },
    error,
  );
}

/** An error of a graphics card in a user's words. */
export function deviceError(device: DeviceName, error: unknown): AppError {
  const detail = messageOf(error);
  const memory = memoryError(device, error);
  if (memory) return memory;
  const engineError = (sentence: string): AppError => new AppError('engine', sentence, { device, detail, ...CPU_FLAG }, error);
  if (LOST.test(detail)) {
    return engineError(
      `The device ${device} stopped responding: its driver was reset or updated, or the card was removed. Finished epochs are saved: resume the run, or choose the CPU.`,
    );
  }
  if (/adapter/i.test(detail)) return engineError(`No graphics card that supports ${device} was found. Install its driver, or choose the CPU.`);
  if (device === 'cuda' && PROVIDER.test(detail)) {
    return engineError(
      'CUDA is not available: it needs an NVIDIA card with its driver, CUDA 12, cuDNN 9 and the CUDA part of the engine. "npm run install-cuda" installs the last and reports what else is missing.',
    );
  }
  return engineError(`The device ${device} is not available. Test the devices to see why, or choose the CPU.`);
}

const messageOf = (error: unknown): string => String(error instanceof Error ? error.message : error);
