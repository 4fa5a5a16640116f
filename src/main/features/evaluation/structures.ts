import { AppError } from '../../../shared/errors.ts';
import { type PairRelation, relationOf } from '../../../shared/pair-relation.ts';
import type { Calibration, Metrics, RunRecord } from '../../../shared/run.ts';
import { testMetrics } from '../../../shared/run-comparison.ts';
import { runNumber } from '../../../shared/run-words.ts';
import { type RunStructure, STRUCTURE_RECIPE, type StructureAnswer } from '../../../shared/structure.ts';
import type { Job } from '../../../shared/job.ts';
import { structureProgressText } from '../../../shared/structure-words.ts';
import type { StructureProgress, StructureRequest } from '../../compute/protocol/protocol.ts';
import { limitOf } from '../../domain/structure/limit.ts';
import type { StructureKey, StructureStore } from '../../db/structures.ts';
import { log } from '../../foundation/log/log.ts';
import { reportError } from '../../foundation/log/report-error.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import { SerialQueue } from '../../foundation/jobs/serial-queue.ts';
import type { EvaluationPorts } from './ports.ts';

export interface StructurePorts extends Pick<EvaluationPorts, 'rootOf' | 'networks' | 'caches' | 'compute'> {
  runs: Pick<EvaluationPorts['runs'], 'get'>;
  structures: StructureStore;
  structureRows(
    dataset: string,
    relation: PairRelation,
  ): Promise<Pick<StructureRequest, 'images' | 'units' | 'identities' | 'groups' | 'pairs'> & { pairSet: string }>;
  calibrationOf(run: RunRecord): Calibration;
  /** Computes and stores the metrics on test pairs. */
  evaluate(run: string, split: 'test', signal: AbortSignal): Promise<Metrics>;
}

export interface MeasureOptions {
  signal: AbortSignal;
  onProgress?: ((p: StructureProgress) => void) | undefined;
}

/** Measures the neighbours and classes of runs on their test images, and stores them per network and set of pairs. */
export class Structures {
  private readonly queue = new SerialQueue(); // one at a time: the features of all images are in memory
  private readonly ports: StructurePorts;

  constructor(ports: StructurePorts) {
    this.ports = ports;
  }

  /** Of the test pairs that the run's metrics are of; null before it is measured, or at another threshold. Throws AppError 'not-found'. */
  find(id: string): RunStructure | null {
    const run = this.ports.runs.get(id);
    const pairSet = testPairsOf(run);
    if (pairSet === undefined) return null;
    const stored = this.ports.structures.get(keyOf(run, pairSet));
    return stored?.threshold === run.calibration?.threshold ? stored : null;
  }

  /** As `find`, with what limits the AUC. */
  answer(id: string): StructureAnswer | null {
    const structure = this.find(id);
    if (structure === null) return null;
    const run = this.ports.runs.get(id);
    const units = testMetrics(run)?.intervals?.units ?? structure.images;
    const valid = run.metrics.find(({ split }) => split === 'valid');
    return { ...structure, limit: limitOf(structure, units, valid?.intervals ? { auc: valid.auc, interval: valid.intervals.auc } : null) };
  }

  /**
   * The stored one, else measures it: reads and caches the features of all images of the data set. If the run has no metrics of the current
   * test pairs, evaluates it first. Throws as Evaluation.evaluate does, AppError 'bad-image' for an unreadable image, 'cancelled'; then
   * nothing is stored.
   */
  measure(id: string, { signal, onProgress }: MeasureOptions): Promise<RunStructure> {
    return this.queue.run(
      signal,
      () => undefined,
      async () => {
        const { runs, networks, caches, rootOf, structureRows, calibrationOf, compute, evaluate, structures } = this.ports;
        const { threshold } = calibrationOf(runs.get(id));
        const { pairSet, ...rows } = await structureRows(runs.get(id).dataset, relationOf(runs.get(id).config));
        if (testPairsOf(runs.get(id)) !== pairSet) await evaluate(id, 'test', signal);
        const stored = this.find(id);
        if (stored !== null) return stored;
        const run = runs.get(id);
        const request = { model: networks.refOf(run), caches, root: rootOf(run.dataset), ...rows, threshold };
        const result = await compute.ask('measureStructure', request, { signal, ...(onProgress && { onProgress }) });
        if (signal.aborted) throw new AppError('cancelled', 'Cancelled.'); // the answer came before compute read the cancellation
        const structure: RunStructure = { recipe: STRUCTURE_RECIPE, measuredMs: Date.now(), pairSet, ...result };
        structures.put(keyOf(run, pairSet), structure);
        return structure;
      },
    );
  }

  /**
   * Measures at the end of a training or an evaluation, where that needs no pass of the backbone over all images: if only the head was
   * trained, or the run was measured before, its features are cached. The run is complete without it, so a failure is logged. Throws
   * AppError 'cancelled' only.
   */
  async measureIfCached(id: string, options: MeasureOptions): Promise<void> {
    const run = this.ports.runs.get(id);
    if (run.config.scope !== 'head' && !this.ports.structures.has({ run: id, modelSha256: run.modelSha256 ?? '' })) return;
    try {
      await this.measure(id, options);
    } catch (error) {
      if (options.signal.aborted || (error instanceof AppError && error.code === 'cancelled')) throw error;
      if (!(error instanceof AppError)) reportError(error, { run: id });
      else log().warn({ run: id, error: error.message }, 'neighbours and classes were not measured');
    }
  }

  /** Measures as a job. Throws AppError 'not-found', and as calibrationOf does. `onMeasured` is called at its end. */
  start(jobs: Pick<Jobs, 'start'>, id: string, onMeasured: () => void): Job {
    this.ports.calibrationOf(this.ports.runs.get(id));
    return jobs.start({ kind: 'structure', title: `Measuring neighbours and classes of run ${runNumber(id)}`, subject: id }, async (context) => {
      await this.measure(id, { signal: context.signal, onProgress: (p) => context.progress({ ...p, text: structureProgressText(p) }) });
      onMeasured();
      return { run: id };
    });
  }
}

const testPairsOf = (run: RunRecord): string | undefined => testMetrics(run)?.pairSet;

const keyOf = ({ run, modelSha256 }: RunRecord, pairSet: string): StructureKey => ({ run, modelSha256: modelSha256 ?? '', pairSet });
