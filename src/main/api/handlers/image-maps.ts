import { startLayout } from '../../features/image-map/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

export const imageMapHandlers: HandlersFor<'imageMap'> = {
  'imageMap.status': ({ dataset, source }, { workbench }) => workbench.wholeSet.imageMaps.status(dataset, source),
  'imageMap.points': ({ dataset, source }, { workbench }) => workbench.wholeSet.imageMaps.points(dataset, source),
  'imageMap.start': ({ dataset, source, again }, { workbench: { jobs, hub, store, wholeSet } }) =>
    startLayout({ jobs, hub, datasets: store.datasets, maps: wholeSet.imageMaps }, { dataset, source, again }),
};
