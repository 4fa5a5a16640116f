import { AppError } from '../../../shared/errors.ts';
import type { DeviceName } from '../../../shared/run.ts';
import type { Engine } from './engine.ts';
import { TensorflowExecutable } from './tensorflow/executable.ts';
import { type Library, tensorflowLibrary } from './tensorflow/library.ts';
import { TensorflowTrainer } from './tensorflow/trainer.ts';

/**
 * The engine on TF.js: the same programs, differentiated by TF.js itself. With @tensorflow/tfjs-node-gpu it computes on an NVIDIA
 * card, or on the CPU where there is none. With @tensorflow/tfjs-node it computes on the CPU, and without either package in plain
 * JavaScript, which is slow. Throws AppError('engine') where it can't compute on `device`.
 */
export async function tensorflowEngine(device: DeviceName): Promise<Engine> {
  const library = await tensorflowLibrary();
  const available = deviceOf(library);
  if (device !== available) throw new AppError('engine', unavailableReason(device, library));
  const { tf } = library;
  return {
    name: 'tensorflow',
    device,
    compile: (task, params) => Promise.resolve(new TensorflowExecutable(tf, task, params)),
    trainer: (taskFor, frozen, initial) => Promise.resolve(new TensorflowTrainer(tf, device, taskFor, frozen, initial)),
  };
}

/** The device of this process. It is fixed when the library is loaded. */
export const deviceOf = ({ backend }: Library): DeviceName => (backend === 'cuda' ? 'cuda' : 'cpu');

/** The backends, for the screen. */
export const BACKEND_LABELS = {
  cuda: "TensorFlow's library on the NVIDIA card",
  native: "TensorFlow's library on the processor",
  script: 'plain JavaScript',
} as const satisfies Record<Library['backend'], string>;

function unavailableReason(device: DeviceName, { backend, fallbackReason }: Library): string {
  if (device !== 'cuda' && device !== 'cpu') return `TensorFlow does not support ${device}, only cuda and cpu. Choose the engine onnx for ${device}.`;
  if (backend === 'cuda') return 'TensorFlow uses the NVIDIA card on this computer: choose the device cuda, or the engine onnx for the CPU.';
  return `TensorFlow found no NVIDIA card (${fallbackReason}). "npm run install-cuda" installs what it needs and reports what is missing.`;
}
