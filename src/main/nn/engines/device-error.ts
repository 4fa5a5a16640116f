import { AppError } from '../../../shared/errors.ts';
import type { DeviceName } from '../../../shared/run.ts';

const MEMORY = /bad_alloc|failed to allocate|could not allocate memory|allocation failed|out of memory|OOM when allocating/i;
// WebGPU goes on after an allocation that failed, and then says the first of whatever followed.
const CARD_MEMORY = /invalid due to a previous error|OUT_OF_(DEVICE|HOST)_MEMORY|exceeds? .*(buffer|limit|size)|E_OUTOFMEMORY/i;
const PROVIDER = /providers_(cuda|shared)|libcu|cudart|cudnn|shared library|LoadLibrary|no CUDA-capable|CUDA failure/i;
const LOST = /device (is |was )?(lost|removed|hung)|DEVICE_LOST|DXGI_ERROR_DEVICE/i;

/** Whether an engine's error, told by this file, says that memory did not suffice: with less to do at once it might. */
export const isMemoryError = (error: unknown): boolean => error instanceof AppError && error.details['memory'] === true;

/** What an engine threw, for a person; the engine's own words go along. On the processor only want of memory is put in other words. */
export function toldError(device: DeviceName, error: unknown): unknown {
  if (device !== 'cpu') return deviceError(device, error);
  return memoryError(device, error) ?? error;
}

/** Want of memory, told; null where the error says nothing of it. */
export function memoryError(device: DeviceName, error: unknown): AppError | null {
  const detail = wordsOf(error);
  if (!MEMORY.test(detail) && (device === 'cpu' || !CARD_MEMORY.test(detail))) return null;
  const place = device === 'cpu' ? 'of this machine' : `of the device ${device}`;
  const elsewhere = device === 'cpu' ? '.' : ', or --device cpu.';
  return new AppError(
    'engine',
    `The memory ${place} does not suffice for this. Use a smaller batch or image size${elsewhere} Epochs that were finished are kept, and the run can be resumed.`,
    { device, detail, memory: true },
    error,
  );
}

/** What went wrong on a graphics card. */
export function deviceError(device: DeviceName, error: unknown): AppError {
  const detail = wordsOf(error);
  const memory = memoryError(device, error);
  if (memory) return memory;
  const say = (sentence: string): AppError => new AppError('engine', sentence, { device, detail }, error);
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

const wordsOf = (error: unknown): string => String(error instanceof Error ? error.message : error);
