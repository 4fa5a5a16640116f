import { fromWireError } from '../../../shared/errors.ts';
import { fileName } from '../../../shared/format.ts';
import type { Job } from '../../../shared/job.ts';
import { canReveal, reveal } from '../../client/choose-path.ts';
import { jobLink } from './job-result.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { go } from '../../client/route.svelte.ts';
import { toast, type ToastAction } from '../../client/toasts.svelte.ts';

const LONG_MS = 5_000; // work that took less ends before the eyes of whoever began it

/** Goes to what a job made. */
export function showResult(job: Job): void {
  const target = jobLink(job);
  if (!target) return;
  if (job.result?.['dataset']) datasets.choose(job.result['dataset']);
  go(target.view, target.params);
}

/** Where its file can be shown in the system's file manager, how to do so. */
export function fileAction(job: Job): ToastAction | null {
  const file = job.result?.['file'];
  return file && canReveal() ? { text: 'Show file', run: () => reveal(file) } : null;
}

/** Tells the ends that a person would miss: failures, files, and long work. */
export function followJobs(): () => void {
  return jobs.onEnd((job) => {
    const target = jobLink(job);
    const show = target && { text: target.text, run: () => showResult(job) };
    if (job.status === 'failed' && job.error) toast.error(fromWireError(job.error), show);
    if (job.status !== 'done') return;
    const file = job.result?.['file'];
    const took = (job.finishedMs ?? job.startedMs) - job.startedMs;
    if (file) toast.done(`${job.title}: ${fileName(file)} is written.`, fileAction(job));
    else if (took > LONG_MS) toast.done(`${job.title}: done.`, show);
  });
}
