import { startLabelCheck } from '../../features/wrong-labels/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

export const labelHandlers: HandlersFor<'labels'> = {
  'labels.check': (request, { workbench }) => {
    const { jobs, hub, store, trainings, wholeSet } = workbench;
    return startLabelCheck(
      { jobs, hub, datasets: store.datasets, labels: wholeSet.labels, inTrainingQueue: (job, work) => trainings.inQueue(job, work) },
      request,
    );
  },
  'labels.find': ({ dataset, source }, { workbench }) => workbench.wholeSet.labels.answer(dataset, source),
  'labels.confirm': ({ dataset, source, images, right }, { workbench }) => {
    workbench.wholeSet.labels.confirm(dataset, source, images, right);
    workbench.hub.changed('labels', workbench.store.datasets.header(dataset).dataset);
    return null;
  },
};
