import { startFetch } from '../../features/models/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

export const modelHandlers: HandlersFor<'models'> = {
  'models.list': (_, { workbench }) => workbench.shelf.list(),
  'models.fetch': ({ id }, { workbench }) => startFetch(workbench, id),
  'models.remove': async ({ id }, { workbench: { shelf, hub } }) => {
    await shelf.remove(id);
    hub.changed('models', id);
    return null;
  },
  'models.reach': ({ id, again }, { workbench }) => workbench.shelf.reach(id, again),
};
