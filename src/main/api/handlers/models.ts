import { isAbsolute } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { inspectWeights } from '../../features/models/added-weights.ts';
import { startAddingEncoder, startAddingWeights, startFetch } from '../../features/models/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

export const modelHandlers: HandlersFor<'models' | 'weights'> = {
  'models.list': (_, { workbench }) => workbench.shelf.list(),
  'models.fetch': ({ id }, { workbench }) => startFetch(workbench, id),
  'models.inspect': (request, { workbench, signal }) => workbench.encoders.inspect({ ...request, path: absolute(request.path) }, signal),
  'models.add': (request, { workbench }) => startAddingEncoder(workbench, { ...request, path: absolute(request.path) }),
  'models.remove': async ({ id }, { workbench: { shelf, hub } }) => {
    await shelf.remove(id);
    hub.changed('models', id);
    return null;
  },
  'models.reach': ({ id, again }, { workbench }) => workbench.shelf.reach(id, again),
  'weights.inspect': ({ path, backbone }) => inspectWeights(absolute(path), backbone),
  'weights.add': (request, { workbench }) => startAddingWeights(workbench, { ...request, path: absolute(request.path) }),
};

/** A relative path would depend on the folder in which the server was started. */
function absolute(path: string): string {
  const plain = path.trim();
  if (isAbsolute(plain)) return plain;
  throw new AppError('bad-request', 'Give the whole path of the file or folder.', { path, field: 'path' });
}
