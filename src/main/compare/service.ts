import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import type { ComparedImage, Comparison } from '../../shared/comparison.ts';
import type { CompareRequest } from '../../shared/contract.ts';
import type { ImageRecord } from '../../shared/dataset.ts';
import { AppError, asAppError } from '../../shared/errors.ts';
import { similarityOf } from '../evaluate/calibrate.ts';
import { supportOf } from '../evaluate/support.ts';
import { layerNames } from '../nn/siamese.ts';
import { calibrationOf } from '../training/evaluate.ts';
import { modelOf, type TrainingServices } from '../training/service.ts';
import { versions } from '../versions.ts';

/** Compares two image files under a run, explains the distance on both, and stores all that reproduces it. */
export async function compare(s: TrainingServices, request: CompareRequest, signal?: AbortSignal): Promise<Comparison> {
  const run = s.store.runs.get(request.run);
  const calibration = calibrationOf(run);
  const layers = layerNames(run.config.backbone);
  const layer = request.layer ?? layers.at(-1)!;
  if (!layers.includes(layer)) throw new AppError('usage', `${run.config.backbone} has no layer ${layer}. It has: ${layers.join(', ')}.`);
  const dataset = s.store.datasets.get(run.dataset);
  const files = request.images.map((file) => found(file, dataset.root)) as [string, string];
  const id = s.store.comparisons.reserve();
  const folder = s.workspace.comparison(id);
  try {
    const { threshold } = calibration;
    const result = await s.compute.ask(
      'explain',
      { model: modelOf(s.workspace, run), files, layer, target: request.target, threshold, folder },
      { signal },
    );
    const known = new Map(s.store.datasets.images(run.dataset).map((image) => [image.sha256, image]));
    const images = result.images.map((image) => ({ ...image, className: known.get(image.sha256)?.className ?? null })) as [
      ComparedImage,
      ComparedImage,
    ];
    const comparison: Comparison = {
      comparison: id,
      run: run.run,
      createdMs: Date.now(),
      target: request.target,
      layer,
      distance: result.distance,
      similarity: similarityOf(result.distance, calibration),
      threshold,
      verdict: result.verdict,
      support: supportOf(result.distance, threshold, run.validDistances!),
      scale: result.scale,
      images,
      modelSha256: run.modelSha256!,
      engine: run.config.engine,
      device: run.config.device,
      warnings: [...run.warnings, ...warningsOf(images, known)],
      versions: versions(),
    };
    if (request.out !== undefined) copyPictures(images, request.out);
    s.store.comparisons.insert(comparison);
    return comparison;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw asAppError(error);
  }
}

/** A path as given, else as it stands in the run's data set. */
function found(file: string, root: string): string {
  const given = resolve(file);
  if (existsSync(given)) return given;
  const inside = join(root, file);
  if (!isAbsolute(file) && existsSync(inside)) return inside;
  throw new AppError('not-found', `There is no image ${file}.`, { file });
}

/** A network has seen its training images: a verdict on them says less. */
function warningsOf(images: readonly ComparedImage[], known: ReadonlyMap<string, ImageRecord>): string[] {
  const warnings: string[] = [];
  const trained = images.filter((image) => known.get(image.sha256)?.split === 'train').map((image) => basename(image.file));
  if (trained.length)
    warnings.push(`The network was trained with ${trained.join(' and ')}: its verdict here says less than on an image it never saw.`);
  const strange = images.filter((image) => !known.has(image.sha256)).map((image) => basename(image.file));
  if (strange.length)
    warnings.push(
      `${strange.join(' and ')} ${strange.length > 1 ? 'are' : 'is'} not in the data set: the similarity holds only for images like those the network was judged on.`,
    );
  return warnings;
}

/** Copies pictures and maps under the images' own names and lets the comparison's answer name the copies. */
function copyPictures(images: readonly ComparedImage[], out: string): void {
  mkdirSync(out, { recursive: true });
  for (const image of images) for (const kind of PICTURES) copyFileSync(image[kind], join(out, basename(image[kind])));
}

const PICTURES = ['photo', 'factual', 'counterfactual', 'signed'] as const;

/** A comparison whose pictures and maps are named where `compare --out` put them. */
export function withCopies(comparison: Comparison, out: string): Comparison {
  const moved = (image: ComparedImage): ComparedImage => ({
    ...image,
    ...Object.fromEntries(PICTURES.map((kind) => [kind, join(out, basename(image[kind]))])),
  });
  return { ...comparison, images: [moved(comparison.images[0]), moved(comparison.images[1])] };
}
