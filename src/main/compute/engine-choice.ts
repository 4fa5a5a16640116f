import { AppError } from '../../shared/errors.ts';
import type { DeviceName, EngineName } from '../../shared/run.ts';
import type { Engine } from '../nn/engines/engine.ts';
import { onnxDevices, onnxEngine } from '../nn/engines/onnx.ts';

/** The engine a person asked for, or a sentence on why it can't be had. Never another one in silence. */
export function openEngine(name: EngineName, device: DeviceName): Engine {
  if (name === 'tensorflow') {
    throw new AppError('engine', 'The TensorFlow engine is not part of this version. Leave --engine out, or use --engine onnx.');
  }
  if (!onnxDevices().includes(device)) {
    throw new AppError('engine', `The device ${device} is not available on this machine (available: ${onnxDevices().join(', ')}).`);
  }
  return onnxEngine(device);
}
