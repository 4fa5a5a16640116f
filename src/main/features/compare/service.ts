import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import type { ComparedImage, Comparison } from '../../../shared/comparison.ts';
import type { CompareRequest } from '../../../shared/contract.ts';
import type { CuratedImage } from '../../../shared/curation.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { similarityOf } from '../../domain/evaluate/calibrate.ts';
import { supportOf } from '../../domain/evaluate/support.ts';
import { layerNames } from '../../nn/siamese.ts';
import { calibrationOf } from '../training/evaluate.ts';
import { modelOf, type TrainingServices } from '../training/service.ts';
import { versions } from '../../foundation/versions.ts';
import { listed } from '../../foundation/words.ts';

export interface CompareOptions {
  signal?: AbortSignal | undefined;
  /** false: kept until the workbench is started anew, unless a person saves, judges or notes it. Default true. */
  saved?: boolean;
  /** The bytes each file must have, where that is known. */
  sha256?: [string | null, string | null];
}

/** Compares two image files under a run, explains the distance on both, and stores all that reproduces it. */
export async function compare(s: TrainingServices, request: CompareRequest, o: CompareOptions = {}): Promise<Comparison> {
  const run = s.store.runs.get(request.run);
  const calibration = calibrationOf(s.workspace, run);
  const layer = layerOf(run, request.layer);
  const dataset = s.store.datasets.get(run.dataset);
  const files = request.images.map((file) => found(file, dataset.root)) as [string, string];
  const id = s.store.comparisons.reserve();
  const folder = s.workspace.comparison(id);
  try {
    const { threshold } = calibration;
    const result = await s.compute.ask(
      'explain',
      {
        model: modelOf(s.workspace, run),
        modelSha256: run.modelSha256,
        files,
        sha256: o.sha256 ?? [null, null],
        layer,
        target: request.target,
        threshold,
        folder,
      },
      { signal: o.signal },
    );
    const known = result.images.map((image) => filed(image, dataset.root, s.store.browse.withContent(run.dataset, image.sha256)));
    const images = result.images.map((image, i) => ({ ...image, className: known[i]!.row?.className ?? null })) as [ComparedImage, ComparedImage];
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
    s.store.comparisons.insert(comparison, { saved: o.saved ?? true });
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

/** Where the run's data set files an image: its own row where the file is one of the data set's, else one of the same content. */
interface Filed {
  row: CuratedImage | null;
  classes: string[]; // all that this content stands in
  excluded: boolean; // in all of them
}

/** `same`: the data set's images of this content. */
function filed(image: { file: string }, root: string, same: readonly CuratedImage[]): Filed {
  const kept = same.filter((row) => !row.excluded);
  const row = same.find(({ file }) => join(root, ...file.split('/')) === image.file) ?? kept[0] ?? same[0] ?? null;
  return { row, classes: [...new Set(kept.map(({ className }) => className))], excluded: same.length > 0 && kept.length === 0 };
}

/** A network has seen its training images: a verdict on them says less. */
function warningsOf(images: readonly ComparedImage[], known: readonly Filed[]): string[] {
  const named = (fits: (of: Filed) => boolean): string[] => images.filter((_, i) => fits(known[i]!)).map((image) => basename(image.file));
  const warnings: string[] = [];
  const trained = named(({ row, excluded }) => row?.split === 'train' && !excluded);
  if (trained.length)
    warnings.push(`The network was trained with ${trained.join(' and ')}: its verdict here says less than on an image it never saw.`);
  const excluded = named((of) => of.excluded);
  if (excluded.length)
    warnings.push(
      `${excluded.join(' and ')} ${excluded.length > 1 ? 'are' : 'is'} excluded from the data set; a network trained before that may have seen ${excluded.length > 1 ? 'them' : 'it'}.`,
    );
  const strange = named(({ row }) => row === null);
  if (strange.length)
    warnings.push(
      `${strange.join(' and ')} ${strange.length > 1 ? 'are' : 'is'} not in the data set: the similarity holds only for images like those the network was judged on.`,
    );
  images.forEach((image, i) => {
    const { classes } = known[i]!;
    if (classes.length > 1) warnings.push(`${basename(image.file)} stands in ${listed(classes)}, so what is true of this pair is not certain.`);
  });
  return warnings;
}

/** The layer asked for, else the last. Throws AppError 'usage' for one that the run's network has not. */
export function layerOf(run: RunRecord, asked: string | undefined): string {
  const layers = layerNames(run.config.backbone);
  const layer = asked ?? layers.at(-1)!;
  if (!layers.includes(layer)) throw new AppError('usage', `${run.config.backbone} has no layer ${layer}. It has: ${layers.join(', ')}.`);
  return layer;
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
