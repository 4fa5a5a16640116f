import { AppError } from '../../../shared/errors.ts';
import type { DeviceName } from '../../../shared/run.ts';
import type { Engine } from './engine.ts';
import { TensorflowExecutable } from './tensorflow/executable.ts';
import { type Library, tensorflowLibrary } from './tensorflow/library.ts';
import { TensorflowTrainer } from './tensorflow/trainer.ts';

/**
 * The engine on TF.js: the same programs, differentiated by TF.js itself. It computes on an NVIDIA card where
 * @tensorflow/tfjs-node-gpu is installed and finds one, on the CPU with the same library where it finds none, and in plain
 * JavaScript, slowly, where no such package is installed. Throws AppError('engine') where it can't compute on the device
 * asked for.
 */
export async function tensorflowEngine(device: DeviceName): Promise<Engine> {
  const library = await tensorflowLibrary();
  const own = deviceOf(library);
  if (device !== own) throw new AppError('engine', whyNot(device, library));
  const { tf } = library;
  return {
    name: 'tensorflow',
    device,
    compile: (task, params) => Promise.resolve(new TensorflowExecutable(tf, task, params)),
    trainer: (taskFor, frozen, initial) => Promise.resolve(new TensorflowTrainer(tf, device, taskFor, frozen, initial)),
  };
}

/** The device of this process, decided when the library is loaded. */
export const deviceOf = ({ backing }: Library): DeviceName => (backing === 'cuda' ? 'cuda' : 'cpu');

/** The backends, for the screen. */
export const BACKING_WORDS = {
  cuda: "TensorFlow's library on the NVIDIA card",
  native: "TensorFlow's library on the processor",
  script: 'plain JavaScript',
} as const satisfies Record<Library['backing'], string>;

function whyNot(device: DeviceName, { backing, missed }: Library): string {
  if (device !== 'cuda' && device !== 'cpu') return `TensorFlow does not support ${device}, only cuda and cpu. Use --engine onnx for ${device}.`;
  if (backing === 'cuda') return 'TensorFlow uses the NVIDIA card on this computer: choose --device cuda, or --engine onnx for the CPU.';
  return `TensorFlow found no NVIDIA card (${missed}). "npm run install-cuda" installs what it needs and reports what is missing.`;
}
