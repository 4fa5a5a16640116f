import { AppError } from '../../../shared/errors.ts';
import type { DeviceName } from '../../../shared/run.ts';
import type { Engine } from './engine.ts';
import { TensorflowExecutable } from './tensorflow/executable.ts';
import { type Library, tensorflowLibrary } from './tensorflow/library.ts';
import { TensorflowTrainer } from './tensorflow/trainer.ts';

/**
 * The engine on TF.js: the same graphs, differentiated by TF.js itself. It computes on an NVIDIA card where
 * @tensorflow/tfjs-node-gpu is installed and finds one, with the same library on the processor where it finds none, and in
 * plain JavaScript, slowly, where no such package is there. Throws AppError('engine') where the device asked for is not the
 * one that it computes on.
 */
export async function tensorflowEngine(device: DeviceName): Promise<Engine> {
  const library = await tensorflowLibrary();
  const own = deviceOf(library);
  if (device !== own) throw new AppError('engine', whyElsewhere(device, library));
  const { tf } = library;
  return {
    name: 'tensorflow',
    device,
    compile: (task, params) => Promise.resolve(new TensorflowExecutable(tf, task, params)),
    trainer: (taskFor, frozen, initial) => Promise.resolve(new TensorflowTrainer(tf, device, taskFor, frozen, initial)),
  };
}

/** Where TensorFlow computes in this process: it is decided when its library is loaded. */
export const deviceOf = ({ backing }: Library): DeviceName => (backing === 'cuda' ? 'cuda' : 'cpu');

/** What computes, in words. */
export const BACKING_WORDS = {
  cuda: "TensorFlow's library on the NVIDIA card",
  native: "TensorFlow's library on the processor",
  script: 'plain JavaScript',
} as const satisfies Record<Library['backing'], string>;

function whyElsewhere(device: DeviceName, { backing, missed }: Library): string {
  if (device !== 'cuda' && device !== 'cpu') return `TensorFlow knows no ${device}: it computes on cuda or cpu. Use --engine onnx for ${device}.`;
  if (backing === 'cuda') return 'TensorFlow computes on the NVIDIA card here: ask for --device cuda, or use --engine onnx for the processor.';
  return `TensorFlow finds no NVIDIA card to compute on here (${missed}). "npm run install-cuda" adds what it needs and says what is missing.`;
}
