import { totalmem } from 'node:os';
import { LRUCache } from 'lru-cache';
import type { RunConfig } from '../../../shared/run.ts';
import { trainingMemory } from '../../nn/training-memory.ts';

/** Bytes that training steps need on the processor, and that there are. Cached: the form plans after each change. */
export class StepMemory {
  private readonly cache = new LRUCache<string, number>({ max: 64 });

  /** Null where it is not the processor's memory that is needed, or little of it: a head alone is trained on cached features. */
  neededFor(config: RunConfig): number | null {
    if (config.device !== 'cpu' || config.engine !== 'onnx' || config.scope === 'head') return null;
    const { backbone, size, scope, batchNorm, loss, embedding, pooling, dim, batch, classesPerStep, imagesPerClass } = config;
    const key = [backbone, size, scope, batchNorm, loss, embedding, pooling, dim, batch, classesPerStep, imagesPerClass].join();
    const bytes = this.cache.get(key) ?? trainingMemory(config);
    this.cache.set(key, bytes);
    return bytes;
  }

  /** Of the computer, or of the container that limits this process. */
  available(): number {
    return Math.min(totalmem(), process.constrainedMemory() || Infinity);
  }
}
