import { runNumber } from '../../../shared/run-words.ts';
import type { Job } from '../../../shared/job.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { Evaluation } from './evaluation.ts';
import type { EvaluationPorts } from './ports.ts';

export interface EvaluationJobPorts {
  jobs: Pick<Jobs, 'start'>;
  hub: Pick<EventHub, 'changed'>;
  runs: Pick<EvaluationPorts['runs'], 'get'>;
  evaluation: Pick<Evaluation, 'evaluate'>;
}

/** Starts an evaluation as a job. Throws AppError 'not-found' for an unknown run. */
export function startEvaluation({ jobs, hub, runs, evaluation }: EvaluationJobPorts, run: string, split: 'test' | 'valid'): Job {
  runs.get(run);
  const name = split === 'test' ? 'test' : 'validation';
  return jobs.start({ kind: 'evaluate', title: `Evaluating run ${runNumber(run)} on ${name} pairs`, subject: run }, async ({ signal }) => {
    await evaluation.evaluate(run, split, signal);
    hub.changed('runs', run);
    return { run };
  });
}
