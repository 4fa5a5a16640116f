import { LRUCache } from 'lru-cache';
import type { NetworkGate } from '../../../shared/faithfulness.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { assertFinite } from '../../domain/evaluate/check.ts';
import { aucOverUnits } from '../../domain/evaluate/intervals.ts';
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

  /**
   * The AUC of the run's network on validation pairs, with its interval over images or groups. Throws AppError 'cancelled', and as
   * `distances` does.
   */
  async of(run: RunRecord, signal: AbortSignal): Promise<NetworkGate> {
    const { snapshot } = this.ports.datasets.get(run.dataset);
    const key = JSON.stringify([run.run, run.modelSha256, snapshot]);
    const cached = this.gates.get(key);
    if (cached) return cached;
    const { pairs, units, distances } = await this.ports.distances(run, 'valid', { signal });
    assertFinite(distances, 'valid');
    const labels = unpackPairs(pairs).map(({ label }) => label);
    const gate = aucOverUnits(distances, labels, units);
    this.gates.set(key, gate);
    return gate;
  }
}
