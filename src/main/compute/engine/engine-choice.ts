import { AppError } from '../../../shared/errors.ts';
import type { DeviceName, EngineName } from '../../../shared/run.ts';
import type { Engine } from '../../nn/engines/engine.ts';
import { onnxDevices, onnxEngine } from '../../nn/engines/onnx.ts';
import { openDevice, type Profiler } from '../../nn/engines/onnx-session.ts';
import { tensorflowEngine } from '../../nn/engines/tensorflow.ts';

/**
 * Opens the requested engine and device, without a silent fallback. Throws AppError 'engine' with the reason before any image is
 * decoded. `profiler`: for the onnx engine only.
 */
export async function openEngine(name: EngineName, device: DeviceName, profiler?: Profiler): Promise<Engine> {
  if (name === 'tensorflow') return tensorflowEngine(device);
  if (!onnxDevices().includes(device)) {
    throw new AppError('engine', `The device ${device} is not available on this computer (available: ${onnxDevices().join(', ')}).`);
  }
  if (device !== 'cpu') await openDevice(device);
  return onnxEngine(device, profiler);
}
