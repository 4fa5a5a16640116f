import { join } from 'node:path';
import type { CuratedImage } from '../../../shared/curation.ts';
import { AppError } from '../../../shared/errors.ts';
import { type MapChoice, methodInfo } from '../../../shared/explanation-methods.ts';
import type { Job } from '../../../shared/job.ts';
import { type Randomisation, RANDOMISATION_FEW_PAIRS, RANDOMISATION_PAIRS, RANDOMISATION_RECIPE, REDRAWS } from '../../../shared/randomisation.ts';
import { randomFor } from '../../../shared/random.ts';
import { relationOf } from '../../../shared/pair-relation.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { runNumber } from '../../../shared/run-words.ts';
import type { Counted, RandomisePair } from '../../compute/protocol/protocol.ts';
import type { MapScaleKey } from '../../db/map-scales.ts';
import { balancedSample } from '../../domain/pairs/balanced-sample.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import { SerialQueue } from '../../foundation/jobs/serial-queue.ts';
import { mapsOf } from './compare-pair.ts';
import type { ComparePorts } from './ports.ts';

export interface RandomiseOptions {
  signal: AbortSignal;
  onProgress?: ((p: Counted) => void) | undefined; // explained pairs
}

type RandomisePorts = Pick<
  ComparePorts,
  'runs' | 'datasets' | 'images' | 'randomisations' | 'validPairs' | 'checker' | 'modelOf' | 'layersOf' | 'calibrationOf'
>;

/** Measures how the maps of a run change when the weights of its network are redrawn, once for each method and layer, and stores it. */
export class Randomisations {
  private readonly queue = new SerialQueue();
  private readonly ports: RandomisePorts;

  constructor(ports: RandomisePorts) {
    this.ports = ports;
  }

  /** The stored one; null before it is measured. Throws AppError 'usage' as mapsOf does. */
  find(id: string, choice: MapChoice = {}): Randomisation | null {
    return this.ports.randomisations.get(this.keyOf(id, choice));
  }

  /**
   * The stored one, else measures it. Throws AppError 'bad-request' for an unfinished run, 'bad-dataset' without validation pairs,
   * 'cancelled', and as compute does; then nothing is stored.
   */
  measure(id: string, choice: MapChoice, { signal, onProgress }: RandomiseOptions): Promise<Randomisation> {
    this.ports.calibrationOf(this.ports.runs.get(id));
    return this.queue.run(
      signal,
      () => undefined,
      async () => {
        const key = this.keyOf(id, choice);
        const stored = this.ports.randomisations.get(key);
        if (stored !== null) return stored;
        const measured = await this.compute(id, key, { signal, onProgress });
        this.ports.randomisations.put(key, measured);
        return measured;
      },
    );
  }

  /** Measures as a job. Throws as `measure` does before it starts. `onMeasured` is called at its end. */
  start(jobs: Pick<Jobs, 'start'>, id: string, choice: MapChoice, onMeasured: () => void): Job {
    this.ports.calibrationOf(this.ports.runs.get(id));
    this.keyOf(id, choice);
    return jobs.start({ kind: 'randomise', title: `Redrawing the weights of run ${runNumber(id)}`, subject: id }, async ({ signal, progress }) => {
      const onProgress = ({ done, total }: Counted): void => progress({ done, total, text: `Explained pairs: ${done} of ${total}` });
      await this.measure(id, choice, { signal, onProgress });
      onMeasured();
      return { run: id };
    });
  }

  private keyOf(id: string, choice: MapChoice): MapScaleKey {
    const run = this.ports.runs.get(id);
    return { run: run.run, modelSha256: run.modelSha256 ?? '', ...mapsOf(this.ports, run, choice) };
  }

  private async compute(id: string, { method, layer }: MapScaleKey, { signal, onProgress }: RandomiseOptions): Promise<Randomisation> {
    const run = this.ports.runs.get(id);
    const { seed } = run.config;
    const pairs = await this.pairsOf(run, methodInfo(method).scalePairs === undefined ? RANDOMISATION_PAIRS : RANDOMISATION_FEW_PAIRS, seed);
    if (pairs.length === 0)
      throw new AppError(
        'bad-dataset',
        `The data set of run ${runNumber(id)} has no validation pairs, so its maps can’t be compared with redrawn ones.`,
        {
          run: id,
        },
      );
    const request = { model: this.ports.modelOf(run), method, layer, pairs, seed, redraws: REDRAWS };
    const measured = await this.ports.checker.ask('randomiseMaps', request, { signal, ...(onProgress && { onProgress }) });
    return { recipe: RANDOMISATION_RECIPE, measuredMs: Date.now(), seed, redraws: REDRAWS, ...measured };
  }

  private async pairsOf({ dataset, config }: RunRecord, count: number, seed: number): Promise<RandomisePair[]> {
    const { pairs } = await this.ports.validPairs(dataset, relationOf(config));
    const sample = balancedSample(unpackPairs(pairs), count, randomFor(seed, 'randomisation'));
    const { root } = this.ports.datasets.header(dataset);
    const ids = [...new Set(sample.flatMap(({ a, b }) => [a, b]))];
    const rows = new Map(this.ports.images.rows(dataset, ids).map((row) => [row.id, row]));
    return sample.map(({ a, b }) => {
      const [first, second] = [rows.get(a)!, rows.get(b)!];
      return {
        files: [join(root, ...first.file.split('/')), join(root, ...second.file.split('/'))],
        sha256: [first.sha256, second.sha256],
        sizes: [sizeOf(first), sizeOf(second)],
      };
    });
  }
}

const sizeOf = ({ width, height }: CuratedImage): { width: number; height: number } => ({ width, height });
