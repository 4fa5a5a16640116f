import type { BenchRequest } from '../../../shared/contract.ts';
import type { StepProfile } from '../../../shared/step-profile.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';

type OnProgress = (counted: Counted) => void;

export interface Benchmark {
  task: string;
  backbone: string;
  size: number;
  seconds: number; // of a step, or of all images for 'embed'
  imagesPerSecond: number;
  device: string;
  engine: string;
  threads: number;
  peakBytes: number;
}

export interface StepBenchmark extends Benchmark {
  pairs: number; // per step
  steps: number;
  channelBlock: number;
  profile?: StepProfile;
}

/** Measures the speed of networks with random weights. */
export class Benchmarks {
  private readonly compute: Pick<ComputeHost, 'ask'>;

  constructor(compute: Pick<ComputeHost, 'ask'>) {
    this.compute = compute;
  }

  /** Times the embedding of a folder's images, at most `limit`. */
  async embed({ folder, ...request }: BenchRequest & { folder: string }, onProgress: OnProgress): Promise<Benchmark> {
    const { task, backbone, size, limit, engine, device } = request;
    const result = await this.compute.ask('benchEmbed', { folder, limit, backbone, size, engine, device }, { onProgress });
    return { task, backbone, size, ...result, imagesPerSecond: result.images / result.seconds, device, engine };
  }

  /** Times steps of `pairs` pairs. `seconds`: the median of the steps. */
  async step(task: 'train' | 'infer' | 'explain', request: BenchRequest, onProgress: OnProgress): Promise<StepBenchmark> {
    const { backbone, pairs, size, steps, scope, batchNorm, engine, device, profile } = request;
    const result = await this.compute.ask('bench', { task, backbone, pairs, size, steps, scope, batchNorm, engine, device, profile }, { onProgress });
    const median = result.seconds.toSorted((a, b) => a - b)[result.seconds.length >> 1]!;
    return {
      task,
      backbone,
      ...(task === 'train' ? { scope, batchNorm } : {}),
      pairs,
      steps,
      size,
      seconds: median,
      imagesPerSecond: (2 * pairs) / median,
      device,
      engine,
      threads: result.threads,
      channelBlock: result.channelBlock,
      peakBytes: result.peakBytes,
      ...(result.profile ? { profile: result.profile } : {}),
    };
  }
}
