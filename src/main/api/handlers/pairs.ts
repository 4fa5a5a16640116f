import type { HandlersFor } from '../handler-types.ts';

export const pairHandlers: HandlersFor<'pairs'> = {
  'pairs.check': ({ dataset, file }, { workbench }) => workbench.largeDatasets.addPairList(dataset, file),
  'pairs.exportProblems': ({ dataset, file }, { workbench }) => workbench.datasets.exportPairProblems(dataset, file),
};
