import type { HandlersFor } from '../handler-types.ts';

export const duplicateHandlers: HandlersFor<'duplicates'> = {
  'duplicates.report': ({ dataset, source }, { workbench, signal }) => workbench.wholeSet.duplicates.report(dataset, source, { signal }),
  'duplicates.reject': ({ dataset, pairs, rejected }, { workbench }) => workbench.wholeSet.duplicates.reject(dataset, pairs, rejected),
};
