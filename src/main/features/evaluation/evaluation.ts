import { runNumber } from '../../../shared/run-words.ts';
import { relationOf } from '../../../shared/pair-relation.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Calibration, Metrics, RunRecord } from '../../../shared/run.ts';
import type { Counted, PairsRequest } from '../../compute/protocol/protocol.ts';
import { type PairUnits, unitsOfPairs } from '../../domain/evaluate/units.ts';
import { type PackedPairs, unpackPairs } from '../../domain/pairs/packed.ts';
import type { EvaluationPorts, SplitRows } from './ports.ts';

export interface SplitDistances {
  pairs: PackedPairs; // in stored order
  units: PairUnits;
  distances: Float64Array; // [pairs]
}

/** Computes metrics and distances of runs on the stored pairs of a split. */
export class Evaluation {
  private readonly ports: EvaluationPorts;

  constructor(ports: EvaluationPorts) {
    this.ports = ports;
  }

  /**
   * Computes and stores the metrics of a run on all stored pairs of a split, at the run's threshold. Throws as calibrationOf and
   * assertEvaluable do.
   */
  async evaluate(id: string, split: 'test' | 'valid', signal?: AbortSignal): Promise<Metrics> {
    const { runs, compute } = this.ports;
    const run = runs.get(id);
    const calibration = this.calibrationOf(run);
    const { request, ...known } = await this.pairsRequest(run, split);
    const metrics = { ...(await compute.ask('evaluate', { ...request, calibration, split }, { signal })), ...known };
    runs.putMetrics(id, metrics);
    return metrics;
  }

  /** Threshold and similarity curve of a run. Throws AppError 'bad-request' if it is not finished or its network is from another version. */
  calibrationOf(run: RunRecord): Calibration {
    this.ports.networks.refuseOutdated(run);
    if (run.calibration) return run.calibration;
    throw new AppError(
      'bad-request',
      `Run ${runNumber(run.run)} is not finished (${run.status}), so it has no threshold yet. Resume it, or choose a finished run.`,
      { run: run.run },
    );
  }

  /** Distances of a split's stored pairs by the network of a run. Computes missing features and caches them on disk. */
  async distances(
    run: RunRecord,
    split: 'test' | 'valid',
    o: { signal?: AbortSignal | undefined; onProgress?: (p: Counted) => void } = {},
  ): Promise<SplitDistances> {
    const { request } = await this.pairsRequest(run, split);
    const { images, units, pairs } = request;
    return { pairs, units: unitsOfPairs(unpackPairs(pairs), images.ids, units), distances: await this.ports.compute.ask('distances', request, o) };
  }

  private async pairsRequest(
    run: RunRecord,
    split: 'test' | 'valid',
  ): Promise<Pick<SplitRows, 'pairSet' | 'unseen'> & { request: PairsRequest & Omit<SplitRows, 'pairSet' | 'unseen'> }> {
    const { networks, caches, rootOf, splitRows } = this.ports;
    const { pairSet, unseen, ...rows } = await splitRows(run.dataset, split, relationOf(run.config));
    return { pairSet, unseen, request: { model: networks.refOf(run), caches, root: rootOf(run.dataset), ...rows } };
  }
}
