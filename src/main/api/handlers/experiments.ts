import type { HandlersFor } from '../handler-types.ts';

export const experimentHandlers: HandlersFor<'experiments'> = {
  'experiments.list': (_, { workbench }) => workbench.experiments.list(),
  'experiments.resume': ({ experiment }, { workbench }) => workbench.trainings.resumeExperiment(experiment),
  'experiments.annotate': ({ experiment, name, tags, note }, { workbench }) => {
    const notes = Object.entries({ name, tags, note }).filter(([, value]) => value !== undefined);
    return workbench.experiments.annotate(experiment, Object.fromEntries(notes));
  },
  'experiments.remove': ({ experiment }, { workbench }) => ({ runs: workbench.experiments.remove(experiment) }),
  'experiments.compare': ({ a, b }, { workbench }) => workbench.experiments.compare(a, b),
};
