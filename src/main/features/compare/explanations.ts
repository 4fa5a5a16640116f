import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ComparedImage, Comparison, ExplainedComparison, SignedMaps } from '../../../shared/comparison.ts';
import type { ExplainPair, ImageRef } from '../../../shared/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import { parseNpy } from '../../foundation/npy.ts';
import { quote } from '../../foundation/words.ts';
import { comparePair, type ComparedPair, layerOf } from './compare-pair.ts';
import type { ComparePorts } from './ports.ts';

/** An image file, and the bytes it must have: as imported, or the current ones for a file outside the data set. */
interface ImageFile {
  file: string; // absolute
  sha256: string;
}

interface RunningExplanation {
  result: Promise<ComparedPair>;
  controller: AbortController;
  callers: number; // callers
}

/**
 * Explains pairs for screens. A pair that was explained before with the same network is read from the store; one that is being
 * explained is awaited by all who ask for it, and cancelled when the last of them has gone.
 */
export class Explanations {
  private readonly running = new Map<string, RunningExplanation>();
  private readonly ports: ComparePorts;

  constructor(ports: ComparePorts) {
    this.ports = ports;
  }

  async explain(request: ExplainPair, signal: AbortSignal): Promise<ExplainedComparison> {
    const { ports } = this;
    const run = ports.runs.get(request.run);
    ports.calibrationOf(run); // refuses an unfinished run before any file is read
    const layer = layerOf(this.ports, run, request.layer);
    const images = [await fileOf(ports, request.a), await fileOf(ports, request.b)] as const;
    const sha256: [string, string] = [images[0].sha256, images[1].sha256];
    const key = { run: run.run, sha256, target: request.target, layer, modelSha256: run.modelSha256! };
    const stored = ports.comparisons.find(key);
    if (stored && stored.images.every(({ file }, i) => file === images[i]!.file)) return { row: stored, maps: await readMaps(stored) };
    const name = JSON.stringify([key, images]);
    let running = this.running.get(name);
    if (!running) {
      const controller = new AbortController();
      const files: [string, string] = [images[0].file, images[1].file];
      const pair = { run: run.run, files, sha256, target: request.target, layer, overlays: false, saved: false };
      const result = comparePair(ports, pair, controller.signal)
        .then((compared) => {
          ports.announce(compared.comparison.comparison);
          return compared;
        })
        .finally(() => this.running.delete(name));
      running = { result, controller, callers: 0 };
      this.running.set(name, running);
    }
    const { comparison, signed } = await resultFor(running, signal);
    return { row: ports.comparisons.get(comparison.comparison), maps: mapsOf(comparison.images[0], signed) };
  }

  /** A stored comparison with its maps. Throws as `readMaps`. */
  async open(id: string): Promise<ExplainedComparison> {
    const row = this.ports.comparisons.get(id);
    return { row, maps: await readMaps(row) };
  }
}

async function resultFor(running: RunningExplanation, signal: AbortSignal): Promise<ComparedPair> {
  running.callers++;
  let cancel = (): void => undefined;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new AppError('cancelled', 'Cancelled.'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
  try {
    return await Promise.race([running.result, cancelled]);
  } finally {
    signal.removeEventListener('abort', cancel);
    if (--running.callers === 0) running.controller.abort(); // no effect once it is done
    running.result.catch(() => undefined);
  }
}

async function fileOf(ports: ComparePorts, ref: ImageRef): Promise<ImageFile> {
  if ('file' in ref) {
    const [inspected] = await ports.compute.ask('inspect', { files: [ref.file] });
    if ('error' in inspected!) throw new AppError('bad-image', `${quote(basename(ref.file))} ${inspected.error}.`, { file: ref.file });
    return { file: ref.file, sha256: inspected!.sha256 };
  }
  const [row] = ports.images.rows(ref.dataset, [ref.id]);
  return { file: join(ports.datasets.get(ref.dataset).root, ...row!.file.split('/')), sha256: row!.sha256 };
}

/** From the stored NPY files. Throws AppError 'not-found' where one is gone, 'bad-request' where one is damaged. */
async function readMaps({ comparison, images }: Comparison): Promise<SignedMaps> {
  const [a, b] = await Promise.all(images.map(async (image) => parseNpy(await readMap(image, comparison))));
  if (a!.width !== b!.width || a!.height !== b!.height) throw new AppError('bad-request', `The two maps of ${comparison} are of different sizes.`);
  return mapsOf({ mapWidth: a!.width, mapHeight: a!.height }, [a!.values, b!.values]);
}

const mapsOf = ({ mapWidth, mapHeight }: Pick<ComparedImage, 'mapWidth' | 'mapHeight'>, signed: [Float32Array, Float32Array]): SignedMaps => ({
  width: mapWidth,
  height: mapHeight,
  signed: [Array.from(signed[0]), Array.from(signed[1])],
});

const readMap = ({ signed: file }: ComparedImage, comparison: string): Promise<Buffer> =>
  readFile(file).catch((error: unknown) => {
    throw new AppError('not-found', `A map of comparison ${comparison} is gone. Compare the two images again.`, { comparison, file }, error);
  });
