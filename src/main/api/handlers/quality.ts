import type { HandlersFor } from '../handler-types.ts';

export const qualityHandlers: HandlersFor<'quality'> = {
  'quality.get': ({ dataset }, { workbench }) => workbench.wholeSet.quality.get(dataset),
  'quality.ofImage': ({ dataset, image }, { workbench }) => workbench.wholeSet.quality.ofImage(dataset, image),
  'quality.setThreshold': ({ dataset, flag, threshold }, { workbench }) => {
    workbench.wholeSet.quality.setThreshold(dataset, flag, threshold);
    workbench.hub.changed('quality', dataset);
    return null;
  },
  'quality.accept': ({ dataset, flag, images, accepted }, { workbench }) => {
    workbench.wholeSet.quality.accept(dataset, flag, images, accepted);
    workbench.hub.changed('quality', dataset);
    return null;
  },
};
