import { basename, join } from 'node:path';
import { type ComparedImage, EMPTY_REASONS, type EmptyReason, type Verdict } from '../../../shared/comparison.ts';
import { type MapKind, signedToKinds } from '../../../shared/maps/kinds.ts';
import { verdictOf } from '../../domain/evaluate/threshold.ts';
import { writeWhole } from '../../foundation/files.ts';
import { explanationTask } from '../../nn/siamese.ts';
import { normaliseInto } from '../images/batches.ts';
import { readModel, specOf } from '../model/checkpoint.ts';
import type { Executable } from '../../nn/engines/engine.ts';
import { openEngine } from '../engine/engine-choice.ts';
import { decodePhoto, decodeSquare, encodeJpeg, inspect } from '../images/images.ts';
import { LeasePool } from '../async/lease-pool.ts';
import { writeNpy } from '../../foundation/npy.ts';
import { paintOverlay } from './overlay.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import type { CallContext, ExplainRequest, ExplainResult } from '../protocol/protocol.ts';

const PHOTO_SIDE = 1024; // px, longest side of the pictures kept with a comparison

/**
 * Below this distance two embeddings differ by rounding alone, and the gradient of the distance points nowhere: the maps
 * would show noise.
 */
export const IDENTICAL_BELOW = 1e-5;

/** Opening a network takes longer than asking it: the last ones asked are kept. */
const networks = new LeasePool<Executable>(3, (exe) => exe.dispose());

interface Explained {
  distance: number;
  signed: [Float32Array, Float32Array]; // [h, w] each
  active: [boolean, boolean]; // whether the layer's features are anything but zero
  width: number; // of the maps
  height: number;
}

/** Compares two pictures and writes, for each, the photograph, the signed map (NPY) and both overlays (PNG) into a folder. */
export async function explain(request: ExplainRequest, { signal }: CallContext<'explain'>): Promise<ExplainResult> {
  const explained = await explainPair(request);
  throwIfCancelled(signal);
  const verdict = verdictOf(explained.distance, request.threshold);
  const scale = explained.signed.reduce((most, map) => map.reduce((m, v) => Math.max(m, Math.abs(v)), most), 0);
  const images = await Promise.all([written(request, explained, 0, verdict, scale), written(request, explained, 1, verdict, scale)]);
  return { distance: explained.distance, verdict, scale, images };
}

const hashOf = (sha256: string | null | undefined): { sha256?: string } => (sha256 ? { sha256 } : {});

/** One pass through the network and one gradient: distance and both signed maps. */
async function explainPair({ model, modelSha256, files, sha256, layer }: ExplainRequest): Promise<Explained> {
  const { config, folder } = model;
  const spec = specOf(config);
  const task = explanationTask(spec, layer, 1);
  const pixels = await Promise.all(files.map((file, i) => decodeSquare(file, config.size, hashOf(sha256[i]))));
  const images = new Float32Array(2 * 3 * config.size ** 2);
  pixels.forEach((p, i) => {
    normaliseInto(images, i, p, config.preprocessing);
  });
  const key = JSON.stringify([folder, modelSha256, layer, config.engine, config.device]);
  const open = async (): Promise<Executable> => (await openEngine(config.engine, config.device)).compile(task, readModel(folder, config));
  const out = await networks.use(key, open, (exe) => exe.run({ images }));
  const [, , height, width] = task.signedMap!.features.shape as [number, number, number, number];
  const half = <T extends Float32Array>(data: T, i: number): Float32Array => data.slice((i * data.length) / 2, ((i + 1) * data.length) / 2);
  const distance = out.distance![0]!;
  const identical = distance < IDENTICAL_BELOW;
  const signed = [0, 1].map((i) => (identical ? new Float32Array(width * height) : half(out.signedMap!, i))) as [Float32Array, Float32Array];
  const active = [0, 1].map((i) => half(out.features!, i).some((v) => v !== 0)) as [boolean, boolean];
  return { distance, signed, active, width, height };
}

async function written(request: ExplainRequest, e: Explained, i: 0 | 1, verdict: Verdict, scale: number): Promise<Omit<ComparedImage, 'className'>> {
  const file = request.files[i];
  const { sha256, width, height } = await inspect(file);
  const photo = await decodePhoto(file, PHOTO_SIDE);
  const kinds = signedToKinds(e.signed[i], verdict, request.target);
  const empty = emptyReason(e, i, kinds);
  const path = (what: string): string => join(request.folder, `${'ab'[i]}-${what}`);
  const paint = (kind: MapKind): Promise<Buffer> =>
    paintOverlay({
      photo,
      map: kinds[kind],
      mapWidth: e.width,
      mapHeight: e.height,
      scale,
      kind,
      target: request.target,
      emptyText: kinds[kind].some((v) => v > 0) ? null : EMPTY_REASONS[empty!],
      title: basename(file),
    });
  await writeWhole(path('photo.jpg'), await encodeJpeg(photo));
  await writeWhole(path('factual.png'), await paint('factual'));
  await writeWhole(path('counterfactual.png'), await paint('counterfactual'));
  await writeWhole(path('signed.npy'), writeNpy(e.signed[i], e.height, e.width));
  return {
    file,
    sha256,
    width,
    height,
    mapWidth: e.width,
    mapHeight: e.height,
    empty,
    photo: path('photo.jpg'),
    factual: path('factual.png'),
    counterfactual: path('counterfactual.png'),
    signed: path('signed.npy'),
  };
}

function emptyReason(e: Explained, i: 0 | 1, kinds: Record<MapKind, Float32Array>): EmptyReason | null {
  const factual = kinds.factual.some((v) => v > 0);
  const counterfactual = kinds.counterfactual.some((v) => v > 0);
  if (factual && counterfactual) return null;
  if (factual) return 'no-counterfactual';
  if (counterfactual) return 'no-factual';
  if (e.distance < IDENTICAL_BELOW) return 'identical';
  return e.active[i] ? 'no-gradient' : 'no-activation';
}
