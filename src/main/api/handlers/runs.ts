import { isAbsolute } from 'node:path';
import { startEvaluation, startFit } from '../../features/evaluation/jobs.ts';
import { startExport } from '../../features/models/jobs.ts';
import type { ThresholdEntry } from '../../../shared/thresholds.ts';
import type { Workbench } from '../../workbench.ts';
import type { HandlersFor } from '../handler-types.ts';

export const runHandlers: HandlersFor<'runs'> = {
  'runs.list': (_, { workbench }) => workbench.runs.list(),
  'runs.get': ({ run }, { workbench }) => workbench.runs.get(run),
  'runs.plan': ({ choices, measure }, { workbench }) => workbench.plans.plan(choices, measure),
  'runs.start': async (choices, { workbench }) => workbench.trainings.start(await workbench.plans.requestOf(choices)),
  'runs.resume': (request, { workbench }) => workbench.trainings.resume(request),
  'runs.stop': async ({ run }, { workbench }) => {
    await workbench.trainings.stop(run);
    return null;
  },
  'runs.evaluate': ({ run, split }, { workbench: { jobs, hub, store, evaluation, structures } }) =>
    startEvaluation({ jobs, hub, runs: store.runs, evaluation, structures }, run, split),
  'runs.thresholds': ({ run }, { workbench }) => workbench.thresholds.history(run),
  'runs.setThreshold': ({ run, choice, reason }, { workbench }) => {
    workbench.thresholds.choose(run, choice, reason.trim());
    return applyThreshold(run, workbench);
  },
  'runs.restoreThreshold': ({ run, entry }, { workbench }) => {
    workbench.thresholds.restore(run, entry);
    return applyThreshold(run, workbench);
  },
  'runs.fitAgain': ({ run }, { workbench: { jobs, hub, store, evaluation, structures, thresholds } }) =>
    startFit({ jobs, hub, runs: store.runs, evaluation, structures, thresholds }, run),
  'runs.randomise': ({ run, ...choice }, { workbench: { jobs, hub, compare } }) =>
    compare.randomisations.start(jobs, run, choice, () => hub.changed('runs', run)),
  'runs.structure': ({ run }, { workbench }) => workbench.structures.answer(run),
  'runs.measureStructure': ({ run }, { workbench: { jobs, hub, structures } }) => structures.start(jobs, run, () => hub.changed('runs', run)),
  'runs.metrics': ({ run, split }, { workbench }) => workbench.store.runs.get(run).metrics.find((m) => m.split === split) ?? null,
  'runs.differences': ({ runs }, { workbench, signal }) => workbench.runComparisons.differences(runs, signal),
  'runs.annotate': ({ run, name, tags, note }, { workbench }) => {
    const notes = Object.entries({ name, tags, note }).filter(([, value]) => value !== undefined);
    return workbench.runs.annotate(run, Object.fromEntries(notes));
  },
  'runs.remove': ({ run }, { workbench }) => {
    workbench.runs.remove(run);
    return null;
  },
  'runs.restore': ({ run }, { workbench }) => {
    workbench.runs.restore(run);
    return null;
  },
  'runs.export': (request, { workbench: { jobs, store, networks, outputs, workspace } }) => {
    if (isAbsolute(request.out)) outputs.check(request.out, { replace: true }); // the system's dialog has asked
    return startExport({ jobs, runs: store.runs, networks, exports: workspace.exports }, request);
  },
  'runs.layers': ({ run }, { workbench }) => workbench.networks.layersOf(workbench.store.runs.get(run).config),
};

/** After a new threshold: announces the run, and evaluates it on test pairs again if it was before. Returns the history. */
function applyThreshold(run: string, { jobs, hub, store, evaluation, structures, thresholds }: Workbench): ThresholdEntry[] {
  hub.changed('runs', run);
  const isTested = store.runs.get(run).metrics.some(({ split }) => split === 'test');
  if (isTested) startEvaluation({ jobs, hub, runs: store.runs, evaluation, structures }, run, 'test', { newThreshold: true });
  return thresholds.history(run);
}
