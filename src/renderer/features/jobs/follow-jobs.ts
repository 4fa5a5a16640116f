import { fromWireError } from '../../../shared/errors.ts';
import { fileName } from '../../../shared/format.ts';
import type { Job } from '../../../shared/job.ts';
import { canReveal, reveal } from '../../client/choose-path.ts';
import { jobLink } from './job-result.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { go } from '../../client/route.svelte.ts';
import { toast, type ToastAction } from '../../client/toasts.svelte.ts';

const LONG_MS = 5_000; // the user still watches the end of shorter jobs

/** Goes to the result of a job. */
export function showResult(job: Job): void {
  const target = jobLink(job);
  if (!target) return;
  if (job.result?.['dataset']) datasets.choose(job.result['dataset']);
  go(target.view, target.params);
}

/** The action that shows a job's file in the system's file manager; null in a browser or without a file. */
export function fileAction(job: Job): ToastAction | null {
  const file = job.result?.['file'];
  return file && canReveal() ? { text: 'Show file', run: () => reveal(file) } : null;
}

/** Shows toasts for job ends that the user may miss: failures, files and long jobs. Returns the unsubscribe function. */
export function followJobs(): () => void {
  return jobs.onEnd((job) => {
    const target = jobLink(job);
    const show = target && { text: target.text, run: () => showResult(job) };
    if (job.status === 'failed' && job.error) toast.error(fromWireError(job.error), show);
    if (job.status !== 'done') return;
    const file = job.result?.['file'];
    const elapsedMs = (job.finishedMs ?? job.startedMs) - job.startedMs;
    if (file && job.kind === 'report' && !canReveal()) return; // the browser downloads it under another name: see Composer.write
    if (file) toast.info(`Saved ${fileName(file)}.`, fileAction(job));
    else if (elapsedMs > LONG_MS) toast.info(`${job.title}: done.`, show);
  });
}
