import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { TensorLibrary } from '../../ir/tensor-library.ts';
import { replaceSlowKernels } from './script-kernels.ts';

/** TF.js's interface. The packages with a native library re-export all of it. */
export type Tf = typeof Tfjs;

/** Where TF.js computes: TensorFlow's native library on an NVIDIA card, that library on the CPU, or plain JavaScript. */
export type Backend = 'cuda' | 'native' | 'script';

const libraries = new WeakMap<Tf, TensorLibrary<Tensor>>();

/** The library as the primitives' forms use it. The casts to four axes are safe: the operations have checked the shapes. */
export function libraryForForms(tf: Tf): TensorLibrary<Tensor> {
  const known = libraries.get(tf);
  if (known) return known;
  const library: TensorLibrary<Tensor> = {
    ...tf,
    conv2d: (x, kernel, ...rest) => tf.conv2d(x as Tensor4D, kernel as Tensor4D, ...rest),
    depthwiseConv2d: (x, kernel, ...rest) => tf.depthwiseConv2d(x as Tensor4D, kernel as Tensor4D, ...rest),
    maxPool: (x, ...rest) => tf.maxPool(x as Tensor4D, ...rest),
    pad: (x, widths, value) => tf.pad(x, widths, value),
    customGrad: (f) => tf.customGrad((x, save) => f(x as Tensor, save as (tensors: Tensor[]) => void)),
  };
  libraries.set(tf, library);
  return library;
}

export interface Library {
  tf: Tf;
  backend: Backend;
  /** Why no better backend is used: the packages that were tried and what happened. Empty on a card. */
  fallbackReason: string;
}

/** Tried in this order. Without a card the first one computes on the CPU too. */
const NATIVE = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

let loaded: Promise<Library> | null = null;

/** TF.js with the best installed backend. Loaded once, because a process can't replace it later. */
export function tensorflowLibrary(): Promise<Library> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Library> {
  const reasons: string[] = [];
  for (const name of NATIVE) {
    const found = requireNative(name);
    if (typeof found === 'string') {
      reasons.push(found);
      continue;
    }
    const { tf, usesCard } = found;
    await tf.ready();
    tf.enableProdMode(); // no numeric check of every result, no banner
    if (usesCard) return { tf, backend: 'cuda', fallbackReason: '' };
    const why = name.endsWith('-gpu') ? `${name} found no supported card` : `${reasons.join('; ')}; ${name} has no CUDA support`;
    return { tf, backend: 'native', fallbackReason: why };
  }
  const tf = await import('@tensorflow/tfjs');
  tf.enableProdMode();
  await tf.setBackend('cpu');
  replaceSlowKernels(tf);
  return { tf, backend: 'script', fallbackReason: reasons.join('; ') };
}

type NodeBackend = Tfjs.KernelBackend & { isUsingGpuDevice?: boolean };

/** The native package `name`, or why it can't be loaded. */
function requireNative(name: string): { tf: Tf; usesCard: boolean } | string {
  // Resolved at run time: both packages are optional.
  const require = createRequire(import.meta.url);
  let file: string;
  try {
    file = require.resolve(name);
  } catch {
    return `${name} is not installed`;
  }
  try {
    restoreIsNullOrUndefined(require('node:util') as Record<string, unknown>);
    const tf = require(file) as Tf;
    return { tf, usesCard: (tf.backend() as NodeBackend).isUsingGpuDevice === true };
  } catch (error) {
    return `${name} can't be loaded (${firstLine(error)})`;
  }
}

/** tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 removed. */
export function restoreIsNullOrUndefined(util: Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!;
