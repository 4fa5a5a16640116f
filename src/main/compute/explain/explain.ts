import type { ComparedImage, EmptyReason, Verdict } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { signedToKinds } from '../../../shared/maps/kinds.ts';
import { verdictOf } from '../../domain/evaluate/threshold.ts';
import { IDENTICAL_BELOW } from '../../nn/explain/gradcam.ts';
import type { PairInput, PairMaps } from '../../nn/explain/method.ts';
import { LeasePool } from '../async/lease-pool.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { readModel } from '../model/checkpoint.ts';
import type { CallContext, ExplainRequest, ExplainResult } from '../protocol/protocol.ts';
import { writePhotoAndMap } from './comparison-files.ts';
import { counterfactualShifts } from './counterfactual.ts';
import { closeMethod, openMethod, runMethod } from './open-method.ts';
import { decodePair, type PixelPair } from './pixels.ts';
import { largestAbsolute } from '../../../shared/maps/field.ts';

/** Compiling a network takes longer than running it, so the last three stay open. */
const methods = new LeasePool(3, closeMethod);

/** Compares two images and explains the distance. Writes each photograph (JPEG) and signed map (NPY) into `request.folder`. */
export async function explain(request: ExplainRequest, { signal, progress }: CallContext<'explain'>): Promise<ExplainResult> {
  const { target, folder, files } = request;
  const { sampleBits } = request.model.config;
  const squares = await decodePair(request);
  const explanation = await explainPixels(request, squares, signal, (done, total) => progress({ done, total }));
  throwIfCancelled(signal);
  const { distance, signed, width, height, placement } = explanation;
  const verdict = verdictOf(distance, request.threshold);
  const scale = Math.max(...signed.map(largestAbsolute));
  if (!Number.isFinite(scale)) throw notFiniteError();
  const shifts = await counterfactualShifts(request.model, request.modelSha256, squares, explanation, { verdict, target });
  throwIfCancelled(signal);
  const imageAt = async (i: 0 | 1): Promise<Omit<ComparedImage, 'className'>> => {
    const image = await writePhotoAndMap(files[i], { folder, letter: i === 0 ? 'a' : 'b', signed: signed[i], width, height, placement, sampleBits });
    const { factual, counterfactual } = signedToKinds(signed[i], verdict, target);
    const strongest = { factual: largestAbsolute(factual), counterfactual: largestAbsolute(counterfactual) };
    const baseline = explanation.baseline?.[i];
    const completeness = baseline === undefined ? null : { sum: signed[i].reduce((total, value) => total + value, 0), baseline };
    return {
      ...image,
      strongest,
      counterfactualShift: shifts[i],
      ...(completeness && { completeness }),
      empty: emptyReason(explanation, i, verdict, target),
    };
  };
  const images = await Promise.all([imageAt(0), imageAt(1)]);
  return { distance, verdict, scale, images, signed };
}

/** Explains the distance of two decoded images. Throws AppError 'cancelled', and as readModel does. */
export function explainPixels(
  { model, modelSha256, method, layer }: Pick<ExplainRequest, 'model' | 'modelSha256' | 'method' | 'layer'>,
  pixels: PixelPair,
  signal: AbortSignal,
  onProgress?: PairInput['onProgress'],
): Promise<PairMaps> {
  const { engine, device } = model.config;
  const key = JSON.stringify([model.folder, modelSha256, method, layer, engine, device]);
  return methods.use(
    key,
    () => openMethod(model, { method, layer }, readModel(model)),
    (open) => runMethod(open, model, pixels, { signal, onProgress }),
  );
}

const notFiniteError = (): AppError =>
  new AppError(
    'bad-request',
    'The network’s evidence for these images is NaN or infinite, so there are no maps. Train a run with a lower learning rate, or choose another device.',
  );

function emptyReason(e: PairMaps, i: 0 | 1, verdict: Verdict, target: ExplainRequest['target']): EmptyReason | null {
  const kinds = signedToKinds(e.signed[i], verdict, target);
  const factual = kinds.factual.some((v) => v > 0);
  const counterfactual = kinds.counterfactual.some((v) => v > 0);
  if (factual && counterfactual) return null;
  if (factual) return 'no-counterfactual';
  if (counterfactual) return 'no-factual';
  if (e.distance < IDENTICAL_BELOW) return 'identical';
  return e.active[i] ? 'no-gradient' : 'no-activation';
}
