import { runNumber } from '../../../shared/run-words.ts';
import { countText } from '../../../shared/format.ts';
import type { Job } from '../../../shared/job.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { Evaluation } from './evaluation.ts';
import type { Structures } from './structures.ts';
import type { EvaluationPorts } from './ports.ts';
import type { Thresholds } from './thresholds.ts';

export interface EvaluationJobPorts {
  jobs: Pick<Jobs, 'start'>;
  hub: Pick<EventHub, 'changed'>;
  runs: Pick<EvaluationPorts['runs'], 'get'>;
  evaluation: Pick<Evaluation, 'evaluate' | 'evaluateBoth' | 'evaluateAtNewThreshold' | 'evaluateAtNewCurve'>;
  structures: Pick<Structures, 'measureIfCached'>;
}

/**
 * Starts an evaluation as a job. `newThreshold`: the threshold was just changed, see Evaluation.evaluateAtNewThreshold. Throws AppError
 * 'not-found' for an unknown run.
 */
export function startEvaluation(
  { jobs, hub, runs, evaluation, structures }: EvaluationJobPorts,
  run: string,
  split: 'test' | 'valid',
  { newThreshold = false } = {},
): Job {
  runs.get(run);
  const name = split === 'test' ? 'test' : 'validation';
  return jobs.start({ kind: 'evaluate', title: `Evaluating run ${runNumber(run)} on ${name} pairs`, subject: run }, async ({ signal, progress }) => {
    const onProgress = ({ done, total }: Counted): void =>
      progress({ done, total, text: `Reading images: ${countText(done)} of ${countText(total)}` });
    if (newThreshold) await evaluation.evaluateAtNewThreshold(run, { signal, onProgress });
    else if (split === 'test') await evaluation.evaluateBoth(run, { signal, onProgress });
    else await evaluation.evaluate(run, split, { signal, onProgress });
    hub.changed('runs', run);
    if (split === 'test') await structures.measureIfCached(run, { signal });
    hub.changed('runs', run);
    return { run };
  });
}

export interface FitJobPorts extends EvaluationJobPorts {
  thresholds: Pick<Thresholds, 'fitAgain'>;
}

/** Starts fitting a run's similarity curve again as a job, then evaluates it on test and validation pairs if it was before. Throws AppError 'not-found'. */
export function startFit({ jobs, hub, runs, evaluation, thresholds }: FitJobPorts, run: string): Job {
  runs.get(run);
  return jobs.start({ kind: 'evaluate', title: `Fitting the similarity of run ${runNumber(run)}`, subject: run }, async ({ signal }) => {
    await thresholds.fitAgain(run, signal);
    hub.changed('runs', run);
    if (runs.get(run).metrics.some(({ split }) => split === 'test')) await evaluation.evaluateAtNewCurve(run, { signal });
    hub.changed('runs', run);
    return { run };
  });
}
