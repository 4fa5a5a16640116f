import type { CheckRequest } from '../../../shared/contract.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { countNoun } from '../../../shared/format.ts';
import type { Job } from '../../../shared/job.ts';
import { runNumber } from '../../../shared/run-words.ts';
import type { JobContext, Jobs } from '../../foundation/jobs/jobs.ts';
import { log } from '../../foundation/log/log.ts';
import type { MapChecks } from './map-checks.ts';
import type { PairQueues } from './queues.ts';
import type { CompareService } from './service.ts';

export interface CheckJobPorts {
  jobs: Pick<Jobs, 'start'>;
  compare: Pick<CompareService, 'explain' | 'get' | 'list'> & { checks: MapChecks };
  queues: Pick<PairQueues, 'get'>;
}

/** Returns the id of a comparison: of a stored one, or of a pair that it explains first. */
type Pair = (signal: AbortSignal) => Promise<string>;

/** Jobs that check the faithfulness of maps: of stored comparisons, of a queue's pairs, and of saved comparisons in the background. */
export class CheckJobs {
  private readonly ports: CheckJobPorts;
  private readonly pending = new Set<string>(); // saved comparisons to be checked in the background
  private running = false;

  constructor(ports: CheckJobPorts) {
    this.ports = ports;
  }

  /**
   * One job for all pairs. A pair that can't be checked does not stop the others; the job then fails with the reason of the first. Throws
   * AppError 'not-found' for an unknown comparison or run, and as mapsOf does.
   */
  start(request: CheckRequest): Job {
    const { jobs, compare } = this.ports;
    if ('comparisons' in request) {
      const ids = [...new Set(request.comparisons)];
      for (const id of ids) compare.get(id);
      const title = ids.length === 1 ? 'Checking the maps of a pair' : `Checking the maps of ${countNoun(ids.length, 'pair')}`;
      return jobs.start({ kind: 'check', title, subject: ids.length === 1 ? ids[0]! : null }, (context) =>
        this.checkAll(
          ids.map((id) => () => Promise.resolve(id)),
          context,
        ),
      );
    }
    const { run } = request;
    compare.checks.assertMaps(run, request);
    return jobs.start({ kind: 'check', title: `Checking the maps of a queue of run ${runNumber(run)}`, subject: run }, async (context) =>
      this.checkAll(await this.pairsOf(request, context.signal), context),
    );
  }

  /** Checks saved comparisons in the background, all in one job. Skips those that are checked already or can't be. */
  checkSaved(ids: readonly string[]): void {
    const saved = new Map(this.ports.compare.list({ saved: true }).map((row) => [row.comparison, row]));
    for (const id of ids) {
      const row = saved.get(id);
      if (row && !row.check && this.ports.compare.checks.problemOf(row) === null) this.pending.add(id);
    }
    if (this.running || this.pending.size === 0) return;
    this.running = true;
    this.ports.jobs.start({ kind: 'check', title: 'Checking the maps of saved comparisons', subject: null }, async (context) => {
      try {
        await this.checkPending(context);
      } finally {
        this.pending.clear();
        this.running = false;
      }
      return null;
    });
  }

  private async checkPending(context: JobContext): Promise<void> {
    for (let done = 0; this.pending.size > 0; done++) {
      const [id] = this.pending;
      const total = done + this.pending.size;
      context.progress({ done, total, text: pairsText(done, total) });
      try {
        await this.ports.compare.checks.check(id!, { signal: context.signal });
      } catch (error) {
        if (asAppError(error).code === 'cancelled') throw error;
        log().warn({ comparison: id, err: error }, 'the maps of a saved comparison could not be checked');
      }
      this.pending.delete(id!);
    }
  }

  private async pairsOf(request: Exclude<CheckRequest, { comparisons: string[] }>, signal: AbortSignal): Promise<Pair[]> {
    const { target, method, layer, ...queue } = request;
    const { dataset, run, pairs } = await this.ports.queues.get(queue, signal);
    return pairs.map(({ a, b }) => async (pairSignal) => {
      const pair = { run, a: { dataset, id: a }, b: { dataset, id: b }, target, method, layer };
      return (await this.ports.compare.explain(pair, pairSignal)).row.comparison;
    });
  }

  private async checkAll(pairs: readonly Pair[], { signal, progress }: JobContext): Promise<Record<string, string> | null> {
    const single = pairs.length === 1;
    const failures: AppError[] = [];
    let comparison = '';
    for (const [i, pair] of pairs.entries()) {
      progress({ done: i, total: pairs.length, text: single ? 'Reading the images' : pairsText(i, pairs.length) });
      const onProgress = ({ done, total }: { done: number; total: number }): void =>
        progress(single ? { done, total, text: `Blurred copies: ${done} of ${total}` } : { done: i + done / total, total: pairs.length });
      try {
        comparison = await pair(signal);
        await this.ports.compare.checks.check(comparison, { signal, onProgress });
      } catch (error) {
        const known = asAppError(error);
        if (known.code === 'cancelled' || single) throw known;
        failures.push(known);
      }
    }
    if (failures.length > 0) {
      const [first] = failures;
      const message = `${failures.length} of ${countNoun(pairs.length, 'pair')} could not be checked; the others are stored. The first reason: ${first!.message}`;
      throw new AppError(first!.code, message, first!.details, first);
    }
    return single ? { comparison } : null;
  }
}

const pairsText = (done: number, total: number): string => `Checked ${done} of ${countNoun(total, 'pair')}`;
