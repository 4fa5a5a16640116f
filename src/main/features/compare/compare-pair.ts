import { rmSync } from 'node:fs';
import type { ComparedImage, Comparison, ExplainTarget } from '../../../shared/comparison.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { similarityOf } from '../../domain/evaluate/calibrate.ts';
import { supportOf } from '../../domain/evaluate/support.ts';
import { versions } from '../../foundation/versions.ts';
import { originOf, originWarnings } from './image-origin.ts';
import type { ComparePorts } from './ports.ts';

export interface PairRequest {
  run: string;
  files: [string, string]; // absolute
  sha256: [string | null, string | null]; // of the bytes each file must have, where that is known
  target: ExplainTarget;
  layer: string | undefined; // default: the last
  /** Screens paint the maps themselves: they ask for overlays only when a comparison is saved. */
  overlays: boolean;
  /** false: deleted at the next start unless a person saves, judges or notes it. */
  saved: boolean;
}

export interface ComparedPair {
  comparison: Comparison;
  signed: [Float32Array, Float32Array]; // S of each image, [mapHeight, mapWidth]
}

/** Compares two image files under a run, explains their distance on both, and stores all that reproduces it. Throws AppError 'cancelled' after `signal`. */
export async function comparePair(ports: ComparePorts, request: PairRequest, signal?: AbortSignal): Promise<ComparedPair> {
  const { files, sha256, target, overlays, saved } = request;
  const run = ports.runs.get(request.run);
  const calibration = ports.calibrationOf(run);
  const { threshold } = calibration;
  const layer = layerOf(ports, run, request.layer);
  const { root } = ports.datasets.get(run.dataset);
  const id = ports.comparisons.reserve();
  const folder = ports.folderOf(id);
  const network = { model: ports.modelOf(run), modelSha256: run.modelSha256 };
  try {
    const result = await ports.compute.ask('explain', { ...network, files, sha256, layer, target, threshold, folder, overlays }, { signal });
    const { distance, verdict, scale, signed } = result;
    const origins = result.images.map((image) => originOf(image.file, root, ports.images.withContent(run.dataset, image.sha256)));
    const images = result.images.map((image, i) => ({ ...image, className: origins[i]!.row?.className ?? null })) as [ComparedImage, ComparedImage];
    const comparison: Comparison = {
      comparison: id,
      run: run.run,
      createdMs: Date.now(),
      ...{ target, layer, distance, threshold, verdict, scale, images },
      similarity: similarityOf(distance, calibration),
      support: supportOf(distance, threshold, run.validDistances!),
      modelSha256: run.modelSha256!,
      engine: run.config.engine,
      device: run.config.device,
      warnings: [...run.warnings, ...originWarnings(images, origins)],
      versions: versions(),
    };
    ports.comparisons.insert(comparison, { saved });
    return { comparison, signed };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw asAppError(error);
  }
}

/** The layer asked for, else the last. Throws AppError 'usage' for one that the run's network does not have. */
export function layerOf({ layersOf }: Pick<ComparePorts, 'layersOf'>, run: RunRecord, asked: string | undefined): string {
  const layers = layersOf(run.config.backbone);
  const layer = asked ?? layers.at(-1)!;
  if (!layers.includes(layer)) throw new AppError('usage', `${run.config.backbone} has no layer ${layer}. It has: ${layers.join(', ')}.`);
  return layer;
}
