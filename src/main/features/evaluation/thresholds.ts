import { midpointOf } from '../../../shared/calibration.ts';
import { curveScale } from '../../../shared/losses.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Calibration, RunRecord } from '../../../shared/run.ts';
import { runNumber } from '../../../shared/run-words.ts';
import { chosenOn, type ThresholdChoice, type ThresholdEntry, thresholdFor, trainingRule } from '../../../shared/thresholds.ts';
import type { RunStore } from '../../db/runs.ts';
import type { ThresholdKey, ThresholdStore } from '../../db/thresholds.ts';
import { assertFinite } from '../../domain/evaluate/check.ts';
import { fitCalibration } from '../../domain/evaluate/calibrate.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { assertDone, assertSameNetwork, type Evaluation } from './evaluation.ts';

export interface ThresholdPorts {
  runs: Pick<RunStore, 'get' | 'update'>;
  thresholds: ThresholdStore;
  evaluation: Pick<Evaluation, 'calibrationOf' | 'distances'>;
}

type FinishedRun = RunRecord & { calibration: Calibration; validDistances: NonNullable<RunRecord['validDistances']>; modelSha256: string };

/** Thresholds of runs: chosen on validation pairs only, each with its rule, reason, time, and whether test figures were known. */
export class Thresholds {
  private readonly ports: ThresholdPorts;

  constructor(ports: ThresholdPorts) {
    this.ports = ports;
  }

  /** The thresholds of the run's network, the newest first, which is in force. Throws AppError 'bad-request' for an unfinished run. */
  history(id: string): ThresholdEntry[] {
    return this.find(id) ?? this.historyOf(this.finished(id));
  }

  /** As `history`, also of an outdated run; null for a run without a threshold. */
  find(id: string): ThresholdEntry[] | null {
    const run = this.ports.runs.get(id);
    return isFinished(run) ? this.historyOf(run) : null;
  }

  private historyOf(run: FinishedRun): ThresholdEntry[] {
    const stored = this.ports.thresholds.of(keyOf(run));
    return stored.length === 0 ? [{ entry: 1, ...ofTraining(run) }] : stored.toReversed();
  }

  /**
   * Chooses a threshold by a rule on the run's validation pairs. Figures on test pairs keep the threshold that they were computed at until they
   * are computed again. Throws as `history`, assertDone and thresholdFor do.
   */
  choose(id: string, choice: ThresholdChoice, reason: string): ThresholdEntry {
    const run = this.finished(id);
    const threshold = thresholdFor(choice, run.validDistances, run.calibration);
    return this.add(run, { threshold, choice, reason, restored: null, chosenOn: chosenOn(run.validDistances) });
  }

  /** Chooses an earlier threshold again. Throws AppError 'not-found' for an unknown entry. */
  restore(id: string, entry: number): ThresholdEntry {
    const found = this.history(id).find((one) => one.entry === entry);
    if (!found) throw new AppError('not-found', `Run ${runNumber(id)} has no threshold ${entry} in its history.`, { run: id, entry });
    return this.add(this.finished(id), { ...found, restored: entry });
  }

  /**
   * Fits the similarity curve of a run again, on the validation pairs of this version. The threshold stays. For runs of older versions, which
   * have no interval. Throws as Evaluation.distances and fitCalibration do.
   */
  async fitAgain(id: string, signal?: AbortSignal): Promise<void> {
    const run = this.finished(id);
    const { pairs: packed, pairSet, units, distances } = await this.ports.evaluation.distances(run, 'valid', { signal });
    const labels = unpackPairs(packed).map(({ label }) => label);
    assertFinite(distances, 'valid');
    const now = this.finished(id); // another threshold may have been chosen meanwhile
    assertSameNetwork(run, now);
    const calibration = fitCalibration(distances, labels, units, curveScale(run.config));
    const key = keyOf(now);
    const initial = this.ports.thresholds.of(key).length === 0 ? [ofTraining(now)] : []; // its rule is known from the old curve only
    this.ports.thresholds.add(key, initial, { ...calibration, threshold: now.calibration.threshold });
    const sorted = (label: 0 | 1): number[] => [...distances.filter((_, i) => labels[i] === label)].sort((a, b) => a - b);
    this.ports.runs.update(id, { validDistances: { same: sorted(0), different: sorted(1), pairSet } });
  }

  private add(
    run: FinishedRun,
    { threshold, choice, reason, restored, chosenOn }: Omit<ThresholdEntry, 'entry' | 'chosenMs' | 'testSeen'>,
  ): ThresholdEntry {
    const key = keyOf(run);
    const earlier = this.ports.thresholds.of(key).length === 0 ? [ofTraining(run)] : [];
    const known = { chosenMs: Date.now(), testSeen: run.metrics.some(({ split }) => split === 'test') };
    const entry = { threshold, choice, reason, restored, chosenOn, ...known };
    // The curve of an older version passes through 50 % at its own threshold, which must not move with the new one.
    const calibration = { ...run.calibration, midpoint: midpointOf(run.calibration), threshold };
    this.ports.thresholds.add(key, [...earlier, entry], calibration);
    return this.history(run.run)[0]!;
  }

  private finished(id: string): FinishedRun {
    const run = this.ports.runs.get(id);
    this.ports.evaluation.calibrationOf(run); // throws for an unfinished run and for a network of another version
    assertDone(run);
    if (isFinished(run)) return run;
    throw new AppError('bad-request', `Run ${runNumber(id)} has no validation distances, so its threshold can’t be changed.`, { run: id });
  }
}

const isFinished = (run: RunRecord): run is FinishedRun => run.calibration !== null && run.validDistances !== null && run.modelSha256 !== null;

const keyOf = ({ run, modelSha256 }: FinishedRun): ThresholdKey => ({ run, modelSha256 });

/** The threshold that the training chose, before any figures on test pairs. */
function ofTraining({ calibration, validDistances, finishedMs, createdMs }: FinishedRun): Omit<ThresholdEntry, 'entry'> {
  return {
    threshold: calibration.threshold,
    choice: trainingRule(calibration),
    reason: '',
    chosenMs: finishedMs ?? createdMs,
    testSeen: false,
    restored: null,
    chosenOn: chosenOn(validDistances),
  };
}
