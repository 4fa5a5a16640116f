import { BLUR_SIGMA } from '../../../shared/faithfulness.ts';
import type { MethodName } from '../../../shared/explanation-methods.ts';
import { blur } from '../../domain/faithfulness/blur.ts';
import type { Executable } from '../../nn/engines/engine.ts';
import { methodNamed } from '../../nn/explain/index.ts';
import type { Explainer, PairInput, PairMaps } from '../../nn/explain/method.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { normalisedBatch } from '../images/batches.ts';
import type { ModelRef } from '../protocol/protocol.ts';
import type { PixelPair } from './pixels.ts';
import { specOf } from '../../nn/siamese.ts';

/** A method, compiled for one network. */
export interface OpenMethod {
  explainer: Explainer;
  programs: ReadonlyMap<string, Executable>;
}

/** `weights`: all tensors of the network. Throws as openNetworkEngine does. */
export async function openMethod(
  model: Pick<ModelRef, 'config' | 'encoderFolder'>,
  { method, layer }: { method: MethodName; layer: string },
  weights: TensorMap,
): Promise<OpenMethod> {
  const explainer = methodNamed(method)(specOf(model.config), layer);
  const engine = await openNetworkEngine(model);
  const programs = new Map<string, Executable>();
  for (const [name, task] of Object.entries(explainer.tasks)) programs.set(name, await engine.compile(task, weights));
  return { explainer, programs };
}

export async function closeMethod({ programs }: OpenMethod): Promise<void> {
  for (const program of programs.values()) await program.dispose();
}

/** Explains the distance of two decoded images. Throws AppError 'cancelled'. */
export function runMethod(
  { explainer, programs }: OpenMethod,
  { config: { size, preprocessing } }: Pick<ModelRef, 'config'>,
  pixels: PixelPair,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: PairInput['onProgress'] },
): Promise<PairMaps> {
  return explainer.explain(
    (name, inputs) => {
      throwIfCancelled(signal);
      return programs.get(name)!.run(inputs);
    },
    {
      images: normalisedBatch(pixels, preprocessing), // [2, 3, S, S]
      blurred: () =>
        normalisedBatch(
          pixels.map((square) => blur(square, size, size, BLUR_SIGMA * size)),
          preprocessing,
        ),
      onProgress,
    },
  );
}
