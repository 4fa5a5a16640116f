import { basename, join } from 'node:path';
import { similarityOf } from '../../../shared/calibration.ts';
import type { ComparedImage, Comparison, ExplainedComparison, SignedMaps } from '../../../shared/comparison.ts';
import type { ExplainPair, ImageRef } from '../../../shared/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Calibration } from '../../../shared/run.ts';
import { readIntact } from '../../foundation/files.ts';
import { parseNpy } from '../../foundation/npy.ts';
import { quote } from '../../foundation/words.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';
import { pairKey } from '../../../shared/explanation-methods.ts';
import { currentRow } from './current-rows.ts';
import { comparePair, type ComparedPair, mapsOf } from './compare-pair.ts';
import type { ComparePorts } from './ports.ts';

/** An image file and its expected content: that of the import, or the current one for a file outside the data set. */
interface ImageFile {
  file: string; // absolute
  sha256: string;
}

interface RunningExplanation {
  result: Promise<ComparedPair>;
  controller: AbortController;
  callers: number; // that wait for the result
}

/**
 * Explains pairs for screens. Reads a pair that was explained with the same network from the store. Concurrent requests for a
 * pair share one computation, which is cancelled when all of them are.
 */
export class Explanations {
  private readonly running = new Map<string, RunningExplanation>();
  private readonly ports: ComparePorts;

  constructor(ports: ComparePorts) {
    this.ports = ports;
  }

  /** Throws AppError 'bad-request' for an unfinished run, 'bad-image', 'not-found' or 'cancelled'. */
  async explain(request: ExplainPair, signal: AbortSignal): Promise<ExplainedComparison> {
    const { ports } = this;
    const run = ports.runs.get(request.run);
    const calibration = ports.calibrationOf(run); // throws for an unfinished run before any file is read
    const choice = mapsOf(ports, run, request);
    const images = [await fileOf(ports, request.a), await fileOf(ports, request.b)] as const;
    const sha256: [string, string] = [images[0].sha256, images[1].sha256];
    const key = { run: run.run, sha256, target: request.target, ...choice, modelSha256: run.modelSha256! };
    const stored = ports.comparisons.find(key, (row) => isJudgedBy(calibration, row));
    if (stored && stored.images.every(({ file }, i) => file === images[i]!.file)) {
      const maps = await readMaps(stored).catch(() => null); // lost or damaged maps are computed again
      if (maps !== null) return { row: currentRow(ports, stored), maps };
    }
    const task = JSON.stringify([key, images, calibration.threshold]);
    let running = this.running.get(task);
    if (!running || running.controller.signal.aborted) {
      const controller = new AbortController();
      const files: [string, string] = [images[0].file, images[1].file];
      const pair = { run: run.run, files, sha256, target: request.target, ...choice, saved: false };
      const onProgress = (p: Counted): void => ports.announceProgress({ pair: pairKey(request), ...p });
      const result = comparePair(ports, pair, { signal: controller.signal, onProgress })
        .then((compared) => {
          ports.announce(compared.comparison.comparison);
          return compared;
        })
        .finally(() => {
          // A later request may have replaced this one after it was cancelled.
          if (this.running.get(task)?.controller === controller) this.running.delete(task);
        });
      running = { result, controller, callers: 0 };
      this.running.set(task, running);
    }
    const { comparison, signed } = await resultFor(running, signal);
    return { row: currentRow(ports, ports.comparisons.get(comparison.comparison)), maps: signedMaps(comparison.images[0], signed) };
  }

  /** A stored comparison with its maps. Throws AppError 'not-found', and as readMaps does. */
  async open(id: string): Promise<ExplainedComparison> {
    const row = this.ports.comparisons.get(id);
    return { row: currentRow(this.ports, row), maps: await readMaps(row) };
  }
}

/** Whether a verdict and a similarity are those that the run's threshold and curve give now. */
const isJudgedBy = (calibration: Calibration, { threshold, distance, similarity }: Comparison): boolean =>
  threshold === calibration.threshold && Math.abs(similarity - similarityOf(distance, calibration)) < 1e-9;

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
    if (--running.callers === 0) running.controller.abort(); // no effect after its end
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

/** Reads the stored NPY files. Throws AppError 'not-found' if one is missing, 'bad-request' if one is damaged. */
export async function readMaps({ comparison, images }: Comparison): Promise<SignedMaps> {
  const [a, b] = await Promise.all(images.map(async (image) => parseNpy(await readMap(image, comparison))));
  if (a!.width !== b!.width || a!.height !== b!.height) throw new AppError('bad-request', `The two maps of ${comparison} are of different sizes.`);
  return signedMaps({ mapWidth: a!.width, mapHeight: a!.height }, [a!.values, b!.values]);
}

const signedMaps = ({ mapWidth, mapHeight }: Pick<ComparedImage, 'mapWidth' | 'mapHeight'>, signed: [Float32Array, Float32Array]): SignedMaps => ({
  width: mapWidth,
  height: mapHeight,
  signed: [Array.from(signed[0]), Array.from(signed[1])],
});

async function readMap({ signed: file, crc32 }: ComparedImage, comparison: string): Promise<Buffer> {
  const bytes = await readIntact(file, crc32?.signed).catch((error: unknown) => {
    throw new AppError('not-found', `A map of comparison ${comparison} is missing. Compare the two images again.`, { comparison, file }, error);
  });
  if (bytes !== null) return bytes;
  throw new AppError('bad-request', `A map of comparison ${comparison} is damaged. Compare the two images again.`, { comparison, file });
}
