import { AppError } from '../../../shared/errors.ts';
import { readExamplesAsJob } from '../../features/compare/examples-job.ts';
import { startFlipTest } from '../../features/compare/flip-job.ts';
import { measureAsJob } from '../../features/compare/scale-job.ts';
import type { HandlersFor } from '../handler-types.ts';

export const compareHandlers: HandlersFor<'compare'> = {
  'compare.explain': async (request, { workbench, signal }) => {
    for (const ref of [request.a, request.b]) if ('file' in ref && !(await workbench.fileAccess.allows(ref.file))) throw notChosenError(ref.file);
    return workbench.compare.explain(request, signal);
  },
  'compare.open': ({ comparison }, { workbench }) => workbench.compare.open(comparison),
  'compare.queue': (request, { workbench, signal }) => workbench.queues.get(request, signal),
  'compare.check': (request, { workbench }) => workbench.checkJobs.start(request),
  'compare.examples': ({ comparison }, { workbench, signal }) => workbench.compare.examples.find(comparison, signal),
  'compare.matches': ({ comparison }, { workbench }) => workbench.compare.matches.find(comparison),
  'compare.readExamples': ({ run }, { workbench }) => {
    workbench.store.runs.get(run); // throws for an unknown one
    return readExamplesAsJob({ jobs: workbench.jobs, examples: workbench.compare.examples }, run);
  },
  'compare.flip': ({ comparison }, { workbench }) => startFlipTest(workbench, comparison),
  'compare.list': ({ saved }, { workbench }) => workbench.compare.list({ saved }),
  'compare.get': ({ comparison }, { workbench }) => workbench.compare.get(comparison),
  'compare.annotate': ({ comparison, ...notes }, { workbench }) => {
    const row = workbench.compare.annotate(comparison, notes);
    if (row.saved) workbench.checkJobs.checkSaved([comparison]);
    return row;
  },
  'compare.mapScale': ({ run, ...choice }, { workbench }) => measureAsJob({ jobs: workbench.jobs, scales: workbench.compare.scales }, run, choice),
  'compare.remove': ({ comparison }, { workbench }) => {
    workbench.compare.remove(comparison);
    return null;
  },
  'compare.restore': ({ comparison }, { workbench }) => {
    workbench.compare.restore(comparison);
    return null;
  },
};

const notChosenError = (file: string): AppError =>
  new AppError('bad-request', `${file} was not chosen in Twinlens: choose it with “From file…” or drop it on an image slot.`, { file });
