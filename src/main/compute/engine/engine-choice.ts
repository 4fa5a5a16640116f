import { AppError } from '../../../shared/errors.ts';
import type { DeviceName, EngineName } from '../../../shared/run.ts';
import type { Engine } from '../../nn/engines/engine.ts';
import { onnxDevices, onnxEngine } from '../../nn/engines/onnx.ts';
import { openDevice, type Profiler } from '../../nn/engines/onnx-session.ts';
import { tensorflowEngine } from '../../nn/engines/tensorflow.ts';

/**
 * The engine a person asked for on the device she asked for, or AppError 'engine' with a sentence on why it can't be had: at
 * once, before an image is decoded. Never another one in silence. `profiler`: of the onnx engine alone.
 */
export async function openEngine(name: EngineName, device: DeviceName, profiler?: Profiler): Promise<Engine> {
  if (name === 'tensorflow') return tensorflowEngine(device);
  if (!onnxDevices().includes(device)) {
    throw new AppError('engine', `The device ${device} is not available on this machine (available: ${onnxDevices().join(', ')}).`);
  }
  if (device !== 'cpu') await openDevice(device);
  return onnxEngine(device, profiler);
}
