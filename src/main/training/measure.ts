import type { RunConfig } from '../../shared/run.ts';
import type { ComputeHost } from '../compute/compute-host.ts';
import type { Measured } from './estimate.ts';
import { median } from './median.ts';

const STEPS = 3;
/** More pairs a step than this say nothing new, and a large network on a processor would take long. */
const MOST_PAIRS = { head: 32, 'last-stage': 8, all: 4 } as const satisfies Record<RunConfig['scope'], number>;

/** A few steps timed on this machine, once for each kind of training. */
export class Measures {
  private readonly known = new Map<string, Promise<Measured>>();
  private readonly compute: ComputeHost;

  constructor(compute: ComputeHost) {
    this.compute = compute;
  }

  /** Takes seconds the first time. Throws what compute throws; a measurement that failed is tried again when asked again. */
  of(config: RunConfig): Promise<Measured> {
    const { backbone, scope, size, batchNorm, engine, device } = config;
    const pairs = Math.min(config.batch, MOST_PAIRS[scope]);
    const key = [backbone, scope, size, batchNorm, engine, device, pairs].join();
    let found = this.known.get(key);
    if (!found) {
      found = this.measure(config, pairs);
      this.known.set(key, found);
      found.catch(() => this.known.delete(key));
    }
    return found;
  }

  private async measure({ backbone, scope, size, batchNorm, engine, device }: RunConfig, pairs: number): Promise<Measured> {
    const perImage = async (task: 'train' | 'infer', n: number): Promise<number> => {
      const { seconds } = await this.compute.ask('bench', { task, backbone, pairs: n, size, steps: STEPS, scope, batchNorm, engine, device });
      return median(seconds)! / (2 * n);
    };
    return { forward: await perImage('infer', Math.min(pairs, MOST_PAIRS.all)), step: await perImage('train', pairs) };
  }
}
