import { startOpeningBundle, startSavingBundle } from '../../features/bundle/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

export const bundleHandlers: HandlersFor<'bundles'> = {
  'bundles.save': (request, { workbench }) => {
    if (request.out !== undefined) workbench.outputs.check(request.out, { replace: true }); // the system's dialog has asked
    return startSavingBundle({ ...workbench, datasets: workbench.store.datasets, exports: workbench.workspace.exports }, request);
  },
  'bundles.inspect': ({ file }, { workbench }) => workbench.bundles.inspect(file),
  'bundles.open': (request, { workbench }) => startOpeningBundle({ ...workbench, datasets: workbench.store.datasets }, request),
};
