import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { TensorLibrary } from '../../ir/tensor-library.ts';

/** TF.js's interface; the packages with a native library re-export all of it. */
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
  /** Why there is no better backend: packages that were tried, and what happened. Empty on a card. */
  missed: string;
}

/** The one with CUDA first; without a card it computes on the CPU, as the other does. */
const NATIVE = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

let loaded: Promise<Library> | null = null;

/** TF.js with the best backend that is installed, loaded once: a process can't exchange it later. */
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
    tf.enableProdMode(); // no check of every result, no advertisement
    if (usesCard) return { tf, backing: 'cuda', missed: '' };
    const why = name.endsWith('-gpu') ? `${name} found no supported card` : `${missed.join('; ')}; ${name} has no CUDA support`;
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
  // Resolved at run time: both packages are optional.
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

/** tfjs-node 4.22 calls it, and Node 23 removed it. */
export function restoreIsNullOrUndefined(util: Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!;
