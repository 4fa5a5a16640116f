import { startAnalysis } from '../../features/embeddings/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

export const embeddingHandlers: HandlersFor<'embeddings'> = {
  'embeddings.choices': ({ dataset }, { workbench }) => workbench.wholeSet.embeddings.choices(dataset),
  'embeddings.status': ({ dataset, source }, { workbench }) => workbench.wholeSet.embeddings.status(dataset, source),
  'embeddings.start': ({ dataset, source }, { workbench }) => {
    const { jobs, hub, store, wholeSet, trainings } = workbench;
    const { engine, device } = workbench.automaticDevice();
    return startAnalysis(
      {
        ...{ jobs, hub, datasets: store.datasets, embeddings: wholeSet.embeddings, steps: wholeSet.analysisSteps },
        inTrainingQueue: (job, work) => trainings.inQueue(job, work),
      },
      { dataset, source, on: { engine, device } },
    );
  },
};
