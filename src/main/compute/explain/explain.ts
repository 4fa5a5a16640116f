import type { ComparedImage, EmptyReason, Verdict } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { signedToKinds } from '../../../shared/maps/kinds.ts';
import { verdictOf } from '../../domain/evaluate/threshold.ts';
import type { Executable } from '../../nn/engines/engine.ts';
import { explanationTask } from '../../nn/siamese.ts';
import { LeasePool } from '../async/lease-pool.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { openEngine } from '../engine/engine-choice.ts';
import { normaliseInto } from '../images/batches.ts';
import { decodeSquare } from '../images/images.ts';
import { readModel, specOf } from '../model/checkpoint.ts';
import type { CallContext, ExplainRequest, ExplainResult } from '../protocol/protocol.ts';
import { writePhotoAndMap } from './comparison-files.ts';
import { largestAbsolute } from '../../../shared/maps/field.ts';

/** Below this distance two embeddings differ by rounding alone and the gradient of the distance has no direction: its maps are noise. */
export const IDENTICAL_BELOW = 1e-5;

/** Compiling a network takes longer than running it, so the last three stay open. */
const networks = new LeasePool<Executable>(3, (executable) => executable.dispose());

interface PairExplanation {
  distance: number;
  signed: [Float32Array, Float32Array]; // S of each image, [height, width]
  active: [boolean, boolean]; // whether the layer's features of the image are not all zero
  width: number; // of the maps, cells
  height: number;
}

/** Compares two images and explains the distance. Writes each photograph (JPEG) and signed map (NPY) into `request.folder`. */
export async function explain(request: ExplainRequest, { signal }: CallContext<'explain'>): Promise<ExplainResult> {
  const { target, folder, files } = request;
  const { sampleBits } = request.model.config;
  const explanation = await explainPair(request);
  throwIfCancelled(signal);
  const { distance, signed, width, height } = explanation;
  const verdict = verdictOf(distance, request.threshold);
  const scale = Math.max(...signed.map(largestAbsolute));
  if (!Number.isFinite(scale)) throw notFiniteError();
  const imageAt = async (i: 0 | 1): Promise<Omit<ComparedImage, 'className'>> => {
    const image = await writePhotoAndMap(files[i], { folder, letter: i === 0 ? 'a' : 'b', signed: signed[i], width, height, sampleBits });
    const { factual, counterfactual } = signedToKinds(signed[i], verdict, target);
    const strongest = { factual: largestAbsolute(factual), counterfactual: largestAbsolute(counterfactual) };
    return { ...image, strongest, empty: emptyReason(explanation, i, verdict, target) };
  };
  const images = await Promise.all([imageAt(0), imageAt(1)]);
  return { distance, verdict, scale, images, signed };
}

type PairRequest = Pick<ExplainRequest, 'model' | 'modelSha256' | 'files' | 'sha256' | 'layer'>;

/**
 * One forward pass of both images and one gradient of their distance D. Per image S = sum over channels of mean_hw(dD/dF) * F.
 * `decode`: decodeSquare, or a cache of it.
 */
export async function explainPair({ model, modelSha256, files, sha256, layer }: PairRequest, decode = decodeSquare): Promise<PairExplanation> {
  const { config, folder } = model;
  const task = explanationTask(specOf(config), layer, 1);
  const pixels = await Promise.all(
    files.map((file, i) =>
      decode(file, config.size, {
        resampling: config.resampling,
        sampleBits: config.sampleBits,
        ...(sha256[i] === null ? {} : { sha256: sha256[i] }),
      }),
    ),
  );
  const images = new Float32Array(2 * 3 * config.size ** 2); // [2, 3, size, size]
  pixels.forEach((square, i) => {
    normaliseInto(images, i, square, config.preprocessing);
  });
  const key = JSON.stringify([folder, modelSha256, layer, config.engine, config.device]);
  const open = async (): Promise<Executable> => (await openEngine(config.engine, config.device)).compile(task, readModel(model));
  const out = await networks.use(key, open, (executable) => executable.run({ images }));
  const [, , height, width] = task.signedMap!.features.shape as [number, number, number, number];
  const halves = (both: Float32Array): [Float32Array, Float32Array] => [both.slice(0, both.length / 2), both.slice(both.length / 2)];
  const distance = out.distance![0]!;
  const signed = halves(distance < IDENTICAL_BELOW ? new Float32Array(2 * width * height) : out.signedMap!);
  const [a, b] = halves(out.features!).map((features) => features.some((v) => v !== 0)) as [boolean, boolean];
  return { distance, signed, active: [a, b], width, height };
}

const notFiniteError = (): AppError =>
  new AppError(
    'bad-request',
    'The network’s evidence for these images is NaN or infinite, so there are no maps. Train a run with a lower learning rate, or choose another device.',
  );

function emptyReason(e: PairExplanation, i: 0 | 1, verdict: Verdict, target: ExplainRequest['target']): EmptyReason | null {
  const kinds = signedToKinds(e.signed[i], verdict, target);
  const factual = kinds.factual.some((v) => v > 0);
  const counterfactual = kinds.counterfactual.some((v) => v > 0);
  if (factual && counterfactual) return null;
  if (factual) return 'no-counterfactual';
  if (counterfactual) return 'no-factual';
  if (e.distance < IDENTICAL_BELOW) return 'identical';
  return e.active[i] ? 'no-gradient' : 'no-activation';
}
