import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExplainPair, ImageRef } from '../../../shared/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ComparisonMaps, ComparisonRow } from '../../../shared/explore.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import { parseNpy } from '../../foundation/npy.ts';
import { calibrationOf } from '../training/evaluate.ts';
import type { TrainingServices } from '../training/service.ts';
import { compare, layerOf } from './service.ts';

interface Place {
  file: string; // absolute
  sha256: string;
}

interface Going {
  result: Promise<ComparisonRow>;
  controller: AbortController;
  waiting: number;
}

/**
 * Explains pairs for a screen: a pair that was explained before with the same network is looked up, one that is being
 * explained is waited for, and only what nobody waits for any more is cancelled.
 */
export class Explanations {
  private readonly going = new Map<string, Going>();
  private readonly onMade: (id: string) => void;

  constructor(onMade: (id: string) => void = () => undefined) {
    this.onMade = onMade;
  }

  async explain(s: TrainingServices, request: ExplainPair, signal: AbortSignal): Promise<ComparisonRow> {
    const run = s.store.runs.get(request.run);
    calibrationOf(s.workspace, run); // refuses a run that is not finished before anything is read
    const layer = layerOf(run, request.layer);
    const places = [await placeOf(s, request.a), await placeOf(s, request.b)] as const;
    const sha256: [string, string] = [places[0].sha256, places[1].sha256];
    const key = { run: run.run, sha256, target: request.target, layer, modelSha256: run.modelSha256! };
    const stored = s.store.comparisons.find(key);
    if (stored && stored.images.every((image, i) => image.file === places[i]!.file)) return stored;
    const name = JSON.stringify([key, places]);
    let going = this.going.get(name);
    if (!going) {
      const controller = new AbortController();
      const images: [string, string] = [places[0].file, places[1].file];
      const made = compare(s, { run: run.run, images, target: request.target, layer }, { signal: controller.signal, saved: false, sha256 });
      const result = made
        .then(({ comparison }) => {
          this.onMade(comparison);
          return s.store.comparisons.get(comparison);
        })
        .finally(() => this.going.delete(name));
      going = { result, controller, waiting: 0 };
      this.going.set(name, going);
    }
    return await waitFor(going, signal);
  }
}

async function waitFor(going: Going, signal: AbortSignal): Promise<ComparisonRow> {
  going.waiting++;
  let leave = (): void => undefined;
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(new AppError('cancelled', 'Cancelled.'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([going.result, left]);
  } finally {
    signal.removeEventListener('abort', leave);
    if (--going.waiting === 0) going.controller.abort(); // of no effect on what is done
    going.result.catch(() => undefined);
  }
}

/** Where an image lies and what its bytes must be: as imported, or as they are now for a file from elsewhere. */
async function placeOf(s: TrainingServices, ref: ImageRef): Promise<Place> {
  if ('file' in ref) {
    const [found] = await s.compute.ask('inspect', { files: [ref.file] });
    if ('error' in found!) throw new AppError('bad-image', `This file cannot be compared: ${found.error}.`, { file: ref.file });
    return { file: ref.file, sha256: found!.sha256 };
  }
  const [row] = s.store.browse.rows(ref.dataset, [ref.id]);
  return { file: join(s.store.datasets.get(ref.dataset).root, ...row!.file.split('/')), sha256: row!.sha256 };
}

/** The signed maps of a stored comparison. Throws AppError 'not-found' where their files are gone, 'bad-request' where they are damaged. */
export async function mapsOf(s: TrainingServices, id: string): Promise<ComparisonMaps> {
  const { comparison, images } = s.store.comparisons.get(id);
  const [a, b] = await Promise.all(images.map(async (image) => parseNpy(await mapFile(image.signed, comparison))));
  if (a!.width !== b!.width || a!.height !== b!.height) throw new AppError('bad-request', `The two maps of ${comparison} are of different sizes.`);
  return { comparison, width: a!.width, height: a!.height, signed: [Array.from(a!.values), Array.from(b!.values)] };
}

const mapFile = (path: string, comparison: string): Promise<Buffer> =>
  readFile(path).catch((error: unknown) => {
    throw new AppError('not-found', `Comparison ${comparison} has lost a map. Compare the two images again.`, { comparison, file: path }, error);
  });

/** What nobody kept, with its files: when a workbench is started anew. `kept`: ids that something else, such as a report, holds on to. */
export function tidyComparisons(s: Pick<TrainingServices, 'store' | 'workspace'>, kept: ReadonlySet<string>): void {
  for (const id of s.store.comparisons.purge(kept)) rmSync(s.workspace.comparison(id), { recursive: true, force: true });
}

/** Explaining goes on while a training has the other compute process busy. */
export const beside = <S extends TrainingServices & { pictures: ComputeHost }>(bench: S): TrainingServices => ({ ...bench, compute: bench.pictures });
