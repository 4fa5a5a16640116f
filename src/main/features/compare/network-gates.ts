import { LRUCache } from 'lru-cache';
import type { NetworkGate } from '../../../shared/faithfulness.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { aucOverImages } from '../../domain/evaluate/auc-over-images.ts';
import { assertFinite } from '../../domain/evaluate/check.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import type { ComparePorts } from './ports.ts';

const CACHED_GATES = 8;

/** Whether the networks of runs can tell images apart. */
export class NetworkGates {
  private readonly gates = new LRUCache<string, NetworkGate>({ max: CACHED_GATES });
  private readonly ports: ComparePorts;

  constructor(ports: ComparePorts) {
    this.ports = ports;
  }

  /** The AUC of the run's network on validation pairs, with its interval over images. Throws AppError 'cancelled', and as `distances` does. */
  async of(run: RunRecord, signal: AbortSignal): Promise<NetworkGate> {
    const { snapshot } = this.ports.datasets.get(run.dataset);
    const key = JSON.stringify([run.run, run.modelSha256, snapshot]);
    const cached = this.gates.get(key);
    if (cached) return cached;
    const { pairs, distances } = await this.ports.distances(run, 'valid', { signal });
    assertFinite(distances, 'valid');
    const gate = aucOverImages(unpackPairs(pairs), distances);
    this.gates.set(key, gate);
    return gate;
  }
}
