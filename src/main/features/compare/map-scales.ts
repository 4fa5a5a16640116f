import { relationOf } from '../../../shared/pair-relation.ts';
import { AppError } from '../../../shared/errors.ts';
import { type MapChoice, methodInfo } from '../../../shared/explanation-methods.ts';
import type { RunMapScale } from '../../../shared/comparison.ts';
import { runScaleOf, SCALE_PAIRS } from '../../../shared/maps/run-scale.ts';
import { randomFor } from '../../../shared/random.ts';
import { runNumber } from '../../../shared/run-words.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';
import { balancedSample } from '../../domain/pairs/balanced-sample.ts';
import { packPairs, unpackPairs } from '../../domain/pairs/packed.ts';
import { log } from '../../foundation/log/log.ts';
import type { MapScaleKey } from '../../db/map-scales.ts';
import { mapsOf } from './compare-pair.ts';
import type { ComparePorts } from './ports.ts';

export interface MeasureOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((p: Counted) => void) | undefined;
}

type ScalePorts = Pick<ComparePorts, 'runs' | 'datasets' | 'scales' | 'validPairs' | 'compute' | 'modelOf' | 'layersOf' | 'calibrationOf'>;

interface Measurement {
  ended: Promise<RunMapScale>;
  listeners: Set<(p: Counted) => void>; // of all callers that wait for it
}

/** Measures the scale of a run's maps once for each method and layer, and stores it. See RunMapScale. */
export class MapScales {
  private readonly running = new Map<string, Measurement>();
  private readonly ports: ScalePorts;

  constructor(ports: ScalePorts) {
    this.ports = ports;
  }

  /** The stored scale; null before it is measured. Throws AppError 'usage' as mapsOf does. */
  find(id: string, choice: MapChoice = {}): RunMapScale | null {
    return this.ports.scales.get(this.keyOf(id, choice));
  }

  /** Throws AppError 'bad-request' for an unfinished run, 'bad-dataset' without validation pairs, 'cancelled', and as compute does. */
  async measure(id: string, choice: MapChoice, options: MeasureOptions = {}): Promise<RunMapScale> {
    this.ports.calibrationOf(this.ports.runs.get(id));
    const key = this.keyOf(id, choice);
    const name = JSON.stringify(key);
    for (;;) {
      const stored = this.ports.scales.get(key);
      if (stored !== null) return stored;
      const running = this.running.get(name);
      if (running === undefined) break;
      await waitFor(running, options); // after a failure this call measures
      if (options.signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    }
    const listeners = new Set(options.onProgress && [options.onProgress]);
    const onProgress = (p: Counted): void => listeners.forEach((listener) => listener(p));
    const ended = this.compute(id, key, { signal: options.signal, onProgress }).then((scale) => {
      this.ports.scales.put(key, scale);
      return scale;
    });
    this.running.set(name, { ended, listeners });
    return ended.finally(() => this.running.delete(name));
  }

  /**
   * As `measure`. An error other than 'cancelled' is logged and not thrown, because maps can be shown in the scale of their pair. The
   * scale is then measured when it is next needed.
   */
  async measureIfPossible(id: string, choice: MapChoice, options: MeasureOptions = {}): Promise<void> {
    try {
      await this.measure(id, choice, options);
    } catch (error) {
      if (options.signal?.aborted || (error instanceof AppError && error.code === 'cancelled')) throw error;
      log().warn({ run: id, ...choice, err: error }, 'the scale of the maps could not be measured');
    }
  }

  private keyOf(id: string, choice: MapChoice): MapScaleKey {
    const run = this.ports.runs.get(id);
    return { run: run.run, modelSha256: run.modelSha256 ?? '', ...mapsOf(this.ports, run, choice) };
  }

  private async compute(id: string, { method, layer }: MapScaleKey, { signal, onProgress }: MeasureOptions): Promise<RunMapScale> {
    const { runs, datasets, validPairs, modelOf, compute } = this.ports;
    const run = runs.get(id);
    const { images, pairs: all } = await validPairs(run.dataset, relationOf(run.config));
    const sample = balancedSample(unpackPairs(all), methodInfo(method).scalePairs ?? SCALE_PAIRS, randomFor(run.config.seed, 'map scale'));
    if (sample.length === 0)
      throw new AppError('bad-dataset', `The data set of run ${runNumber(id)} has no validation pairs, so the scale of its maps is unknown.`, {
        run: id,
      });
    const { root } = datasets.header(run.dataset);
    const request = { model: modelOf(run), modelSha256: run.modelSha256, method, layer, root, images, pairs: packPairs(sample) };
    return runScaleOf(await compute.ask('measureMaps', request, { signal, ...(onProgress && { onProgress }) }));
  }
}

/** Resolves when the measurement has ended in any way, or when this caller cancels. It gets the progress meanwhile. */
async function waitFor({ ended, listeners }: Measurement, { signal, onProgress }: MeasureOptions): Promise<void> {
  if (onProgress) listeners.add(onProgress);
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const stop = (): void => resolve(undefined);
  signal?.addEventListener('abort', stop);
  try {
    await Promise.race([ended.then(stop, stop), aborted]);
  } finally {
    signal?.removeEventListener('abort', stop);
    if (onProgress) listeners.delete(onProgress);
  }
}
