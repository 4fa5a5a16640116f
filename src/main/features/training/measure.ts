import type { RunEncoder } from '../../../shared/imported-encoder.ts';
import { lossInfo, samplesPerStep } from '../../../shared/losses.ts';
import type { RunConfig } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { Measurement } from './estimate.ts';
import { median } from './median.ts';
import { readingSeconds, type ReadingSample } from './reading-time.ts';

const STEPS = 3;
/** More pairs per step do not change the time per image, and take long for a large network on a CPU. */
const MAX_PAIRS = { head: 32, 'last-stage': 8, all: 4 } as const satisfies Record<RunConfig['scope'], number>;

/** Times a few training steps, once per kind of training, and the reading of a few images, once per data set. */
export class Measurements {
  private readonly cache = new Map<string, Promise<number | Omit<Measurement, 'read'>>>();
  private readonly compute: Pick<ComputeHost, 'ask'>;
  private readonly encoderFolder: (id: string) => string;

  constructor(compute: Pick<ComputeHost, 'ask'>, encoderFolder: (id: string) => string) {
    this.compute = compute;
    this.encoderFolder = encoderFolder;
  }

  /** Takes seconds the first time. Throws as compute does; the next call repeats a failed measurement. */
  async measure(config: RunConfig, sample: ReadingSample): Promise<Measurement> {
    const { backbone, scope, size, batchNorm, engine, device } = config;
    const batch = lossInfo(config.loss).samples === 'labelled' ? Math.ceil(samplesPerStep(config) / 2) : config.batch; // pairs, two images each
    const pairs = Math.min(batch, MAX_PAIRS[scope]);
    const network = config.encoder ? config.encoder.sha256 : backbone;
    const steps = await this.once([network, scope, size, batchNorm, engine, device, pairs].join(), () => this.timeSteps(config, pairs));
    const { dataset, files } = sample;
    const read = await this.once(JSON.stringify([dataset, size]), async () =>
      readingSeconds(sample, await this.compute.ask('timeReading', { files, size })),
    );
    return { ...steps, read };
  }

  private once<T extends number | Omit<Measurement, 'read'>>(key: string, measure: () => Promise<T>): Promise<T> {
    let found = this.cache.get(key) as Promise<T> | undefined;
    if (!found) {
      found = measure();
      this.cache.set(key, found);
      found.catch(() => this.cache.delete(key));
    }
    return found;
  }

  private async timeSteps(config: RunConfig, pairs: number): Promise<Omit<Measurement, 'read'>> {
    const { backbone, encoder, scope, size, batchNorm, engine, device } = config;
    const perImage = async (task: 'train' | 'infer', n: number): Promise<number> => {
      const request = { task, backbone, encoder, pairs: n, size, steps: STEPS, scope, batchNorm, engine, device };
      const { seconds } = await this.compute.ask('bench', request);
      return median(seconds)! / (2 * n);
    };
    const forward = encoder ? await this.timeEncoder(encoder, config) : await perImage('infer', Math.min(pairs, MAX_PAIRS.all));
    return { forward, step: await perImage('train', pairs) };
  }

  private async timeEncoder(encoder: RunEncoder, { size, device }: RunConfig): Promise<number> {
    const folder = this.encoderFolder(encoder.id);
    return (await this.compute.ask('tryEncoder', { encoder, folder, size, device, timed: true })).seconds;
  }
}
