import type { BenchRequest } from '../../../shared/contract.ts';
import type { StepProfile } from '../../../shared/step-profile.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';

type OnProgress = (counted: Counted) => void;

export interface Benchmark {
  task: string;
  backbone: string;
  size: number;
  seconds: number;
  imagesPerSecond: number;
  device: string;
  engine: string;
  threads: number;
  peakBytes: number;
}

export interface StepBenchmark extends Benchmark {
  channelBlock: number;
  profile?: StepProfile;
}

/** Measures speed with random weights. */
export class Benchmarks {
  private readonly compute: Pick<ComputeHost, 'ask'>;

  constructor(compute: Pick<ComputeHost, 'ask'>) {
    this.compute = compute;
  }

  /** Embeds the images of a folder. */
  async embed({ folder, ...request }: BenchRequest & { folder: string }, onProgress: OnProgress): Promise<Benchmark> {
    const { task, backbone, size, limit, engine, device } = request;
    const found = await this.compute.ask('benchEmbed', { folder, limit, backbone, size, engine, device }, { onProgress });
    return { task, backbone, size, ...found, imagesPerSecond: found.images / found.seconds, device, engine };
  }

  /** The median of the steps. */
  async step(task: 'train' | 'infer' | 'explain', request: BenchRequest, onProgress: OnProgress): Promise<StepBenchmark> {
    const { backbone, pairs, size, steps, scope, batchNorm, engine, device, profile } = request;
    const found = await this.compute.ask('bench', { task, backbone, pairs, size, steps, scope, batchNorm, engine, device, profile }, { onProgress });
    const median = found.seconds.toSorted((a, b) => a - b)[found.seconds.length >> 1]!;
    return {
      task,
      backbone,
      ...(task === 'train' ? { scope, batchNorm } : {}),
      ...{ pairs, steps },
      size,
      seconds: median,
      imagesPerSecond: (2 * pairs) / median,
      device,
      engine,
      threads: found.threads,
      channelBlock: found.channelBlock,
      peakBytes: found.peakBytes,
      ...(found.profile ? { profile: found.profile } : {}),
    };
  }
}
