import { isDeepStrictEqual } from 'node:util';
import { runNumber } from '../../../shared/run-words.ts';
import { relationOf } from '../../../shared/pair-relation.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { Calibration, Metrics, RunRecord } from '../../../shared/run.ts';
import { type PairUnits, unitsOfPairs } from '../../domain/evaluate/units.ts';
import { type PackedPairs, unpackPairs } from '../../domain/pairs/packed.ts';
import type { NetworkKey } from '../../db/pair-distances.ts';
import { untrainedDistances } from './baseline.ts';
import { pairKey } from './pair-key.ts';
import type { EvaluationOptions, EvaluationPorts, SplitRequest } from './ports.ts';

export interface SplitDistances {
  pairs: PackedPairs; // in stored order
  pairSet: string; // PairSet.hash
  units: PairUnits;
  distances: Float64Array; // [pairs]
}

/** The network of a finished run; null while it may change. */
export const networkKey = ({ run, status, modelSha256 }: RunRecord): NetworkKey | null =>
  status === 'done' && modelSha256 !== null ? { run, modelSha256 } : null;

/** Why a run's figures can't be computed or changed: its network may differ from that of its figures. Null for a finished run. */
export function whyNotDone({ run, status }: Pick<RunRecord, 'run' | 'status'>): string | null {
  if (status === 'done') return null;
  if (status === 'running') return `Run ${runNumber(run)} is being trained, so its network may still change. Wait until its training has ended.`;
  return `Run ${runNumber(run)} is not finished (${status}), so its network may not be that of its threshold and figures. Resume it, or choose a finished run.`;
}

/** Throws AppError 'bad-request' unless the run is finished. */
export function assertDone(run: Pick<RunRecord, 'run' | 'status'>): void {
  const problem = whyNotDone(run);
  if (problem !== null) throw new AppError('bad-request', problem, { run: run.run });
}

/** Throws AppError 'bad-request' if the run was trained further since `before` was read. */
export function assertSameNetwork(before: RunRecord, now: RunRecord): void {
  if (now.modelSha256 === before.modelSha256) return;
  throw new AppError('bad-request', `Run ${runNumber(now.run)} was trained further meanwhile, so nothing was stored. Try again after its training.`, {
    run: now.run,
  });
}

/** Computes metrics and distances of runs on the stored pairs of a split. */
export class Evaluation {
  private readonly ports: EvaluationPorts;

  constructor(ports: EvaluationPorts) {
    this.ports = ports;
  }

  /**
   * Computes and stores the metrics of a run on all stored pairs of a split, at the run's threshold, and on test pairs those of the
   * untrained network beside them. Where threshold or curve were changed meanwhile, computes them again at the new ones. Throws as calibrationOf,
   * assertDone, assertSameNetwork and assertEvaluable do.
   */
  async evaluate(id: string, split: 'test' | 'valid', o: EvaluationOptions = {}): Promise<Metrics> {
    const { runs, compute, pairDistances } = this.ports;
    for (;;) {
      const run = runs.get(id);
      const calibration = this.calibrationOf(run);
      assertDone(run);
      const { pairSet, unseen, ...request } = await this.splitRequest(run, split);
      const untrained = split === 'test' ? await untrainedDistances(this.ports, run, { pairSet, unseen, ...request }, o) : null;
      const baseline = untrained instanceof Float64Array ? untrained : null;
      const { metrics, distances } = await compute.ask('evaluate', { ...request, calibration, split, baseline }, o);
      const now = runs.get(id);
      assertSameNetwork(run, now);
      if (!isDeepStrictEqual(now.calibration, calibration)) continue;
      const key = networkKey(run);
      if (key) pairDistances.put(key, pairKey({ pairSet, pairs: request.pairs }), distances);
      const stored = { ...metrics, pairSet, unseen, ...(untrained && baseline === null && { baseline: untrained as { problem: string } }) };
      runs.putMetrics(id, stored);
      return stored;
    }
  }

  /** As evaluate on test pairs, and on validation pairs if the run has no metrics of the same version for them. */
  async evaluateBoth(id: string, o: EvaluationOptions = {}): Promise<Metrics> {
    const test = await this.evaluate(id, 'test', o);
    const valid = this.ports.runs.get(id).metrics.find(({ split }) => split === 'valid');
    const isCurrent = valid?.intervals !== undefined && valid.threshold === test.threshold && valid.pairSet !== undefined;
    if (!isCurrent) await this.evaluate(id, 'valid', o);
    return test;
  }

  /** As evaluate on test and on validation pairs, after another curve was fitted: figures of both are of the one before. */
  async evaluateAtNewCurve(id: string, o: EvaluationOptions): Promise<void> {
    for (const split of ['test', 'valid'] as const) await this.evaluate(id, split, o);
  }

  /** As evaluateBoth, after a new threshold was stored. The error of a failure says that the threshold stays changed. */
  async evaluateAtNewThreshold(id: string, o: EvaluationOptions): Promise<void> {
    try {
      await this.evaluateBoth(id, o);
    } catch (error) {
      const { code, message, details } = asAppError(error);
      const changed = `The threshold of run ${runNumber(id)} was changed, but its test figures are still those of the earlier threshold.`;
      throw new AppError(code, `${changed} ${message}`, details, error);
    }
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
    const { images, units, pairs, pairSet } = request;
    return {
      pairs,
      pairSet,
      units: unitsOfPairs(unpackPairs(pairs), images.ids, units),
      distances: await this.ports.compute.ask('distances', request, o),
    };
  }

  private async splitRequest(run: RunRecord, split: 'test' | 'valid'): Promise<SplitRequest> {
    const { networks, caches, rootOf, splitRows } = this.ports;
    return { model: networks.refOf(run), caches, root: rootOf(run.dataset), ...(await splitRows(run.dataset, split, relationOf(run.config))) };
  }
}
