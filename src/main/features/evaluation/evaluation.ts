import { runNumber } from '../../../shared/run-words.ts';
import { relationOf } from '../../../shared/pair-relation.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Calibration, Metrics, RunRecord } from '../../../shared/run.ts';
import { type PairUnits, unitsOfPairs } from '../../domain/evaluate/units.ts';
import { type PackedPairs, unpackPairs } from '../../domain/pairs/packed.ts';
import type { NetworkKey } from '../../db/pair-distances.ts';
import { untrainedDistances } from './baseline.ts';
import { pairKey } from './pair-key.ts';
import type { EvaluationOptions, EvaluationPorts, SplitRequest } from './ports.ts';

export interface SplitDistances {
  pairs: PackedPairs; // in stored order
  units: PairUnits;
  distances: Float64Array; // [pairs]
}

/** The network of a finished run; null while it may change. */
export const networkKey = ({ run, status, modelSha256 }: RunRecord): NetworkKey | null =>
  status === 'done' && modelSha256 !== null ? { run, modelSha256 } : null;

/** Computes metrics and distances of runs on the stored pairs of a split. */
export class Evaluation {
  private readonly ports: EvaluationPorts;

  constructor(ports: EvaluationPorts) {
    this.ports = ports;
  }

  /**
   * Computes and stores the metrics of a run on all stored pairs of a split, at the run's threshold, and on test pairs those of the
   * untrained network beside them. Throws as calibrationOf and assertEvaluable do.
   */
  async evaluate(id: string, split: 'test' | 'valid', o: EvaluationOptions = {}): Promise<Metrics> {
    const { runs, compute, pairDistances } = this.ports;
    const run = runs.get(id);
    const calibration = this.calibrationOf(run);
    const { pairSet, unseen, ...request } = await this.splitRequest(run, split);
    const untrained = split === 'test' ? await untrainedDistances(this.ports, run, { pairSet, unseen, ...request }, o) : null;
    const baseline = untrained instanceof Float64Array ? untrained : null;
    const { metrics, distances } = await compute.ask('evaluate', { ...request, calibration, split, baseline }, o);
    const key = networkKey(run);
    if (key) pairDistances.put(key, pairKey({ pairSet, pairs: request.pairs }), distances);
    const stored = { ...metrics, pairSet, unseen, ...(untrained && baseline === null && { baseline: untrained as { problem: string } }) };
    runs.putMetrics(id, stored);
    return stored;
  }

  /** As evaluate on test pairs, and on validation pairs if the run has no metrics of the same version for them. */
  async evaluateBoth(id: string, o: EvaluationOptions = {}): Promise<Metrics> {
    const test = await this.evaluate(id, 'test', o);
    const valid = this.ports.runs.get(id).metrics.find(({ split }) => split === 'valid');
    const isCurrent = valid?.intervals !== undefined && valid.threshold === test.threshold && valid.pairSet !== undefined;
    if (!isCurrent) await this.evaluate(id, 'valid', o);
    return test;
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
  async distances(run: RunRecord, split: 'test' | 'valid', o: EvaluationOptions = {}): Promise<SplitDistances> {
    const request = await this.splitRequest(run, split);
    const { images, units, pairs } = request;
    return { pairs, units: unitsOfPairs(unpackPairs(pairs), images.ids, units), distances: await this.ports.compute.ask('distances', request, o) };
  }

  private async splitRequest(run: RunRecord, split: 'test' | 'valid'): Promise<SplitRequest> {
    const { networks, caches, rootOf, splitRows } = this.ports;
    return { model: networks.refOf(run), caches, root: rootOf(run.dataset), ...(await splitRows(run.dataset, split, relationOf(run.config))) };
  }
}
