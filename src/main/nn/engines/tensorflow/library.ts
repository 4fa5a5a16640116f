import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { TensorLibrary } from '../../ir/tensor-library.ts';

/** TF.js as the engine speaks it: each package that brings a library of its own re-exports it whole. */
export type Tf = typeof Tfjs;

/** Where TF.js computes: with TensorFlow's library on a CUDA card, with that library on the processor, or in plain JavaScript. */
export type Backing = 'cuda' | 'native' | 'script';

const libraries = new WeakMap<Tf, TensorLibrary<Tensor>>();

/** The library as the primitives' forms use it: where TF.js asks for a tensor of four axes, the form has checked the shape. */
export function libraryForForms(tf: Tf): TensorLibrary<Tensor> {
  const known = libraries.get(tf);
  if (known) return known;
  const library: TensorLibrary<Tensor> = {
    ...tf,
    conv2d: (x, kernel, ...rest) => tf.conv2d(x as Tensor4D, kernel as Tensor4D, ...rest),
    depthwiseConv2d: (x, kernel, ...rest) => tf.depthwiseConv2d(x as Tensor4D, kernel as Tensor4D, ...rest),
    maxPool: (x, ...rest) => tf.maxPool(x as Tensor4D, ...rest),
    pad: (x, widths, value) => tf.pad(x, widths, value),
    customGrad: (f) => tf.customGrad((x, save) => f(x as Tensor, save as (kept: Tensor[]) => void)),
  };
  libraries.set(tf, library);
  return library;
}

export interface Library {
  tf: Tf;
  backing: Backing;
  /** Why not a better backing: what was looked for, and what came of it. Empty where a card computes. */
  missed: string;
}

/** First the one that knows CUDA; without a card it computes on the processor, as the other does. */
const NATIVE = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

let loaded: Promise<Library> | null = null;

/** TF.js with the best backend that is installed, loaded with the first question. It can't be exchanged later in the same process. */
export function tensorflowLibrary(): Promise<Library> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Library> {
  const missed: string[] = [];
  for (const name of NATIVE) {
    const found = native(name);
    if (typeof found === 'string') {
      missed.push(found);
      continue;
    }
    const { tf, usesCard } = found;
    await tf.ready();
    tf.enableProdMode(); // no checks of every result, no advertisement
    if (usesCard) return { tf, backing: 'cuda', missed: '' };
    const why = name.endsWith('-gpu') ? `${name} found no card that it can use` : `${missed.join('; ')}; ${name} knows no card`;
    return { tf, backing: 'native', missed: why };
  }
  const tf = await import('@tensorflow/tfjs');
  tf.enableProdMode();
  await tf.setBackend('cpu');
  return { tf, backing: 'script', missed: missed.join('; ') };
}

type NodeBackend = Tfjs.KernelBackend & { isUsingGpuDevice?: boolean };

/** An installed TensorFlow, or why it can't be loaded. */
function native(name: string): { tf: Tf; usesCard: boolean } | string {
  // Resolved when asked: neither package is there unless a person added it.
  const find = createRequire(import.meta.url);
  let file: string;
  try {
    file = find.resolve(name);
  } catch {
    return `${name} is not installed`;
  }
  try {
    restoreIsNullOrUndefined(find('node:util') as Record<string, unknown>);
    const tf = find(file) as Tf;
    return { tf, usesCard: (tf.backend() as NodeBackend).isUsingGpuDevice === true };
  } catch (error) {
    return `${name} can't be loaded (${firstLine(error)})`;
  }
}

/** tfjs-node 4.22 calls it, and Node 23 took it away. */
export function restoreIsNullOrUndefined(util: Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!;
