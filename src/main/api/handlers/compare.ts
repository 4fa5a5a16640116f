import { AppError } from '../../../shared/errors.ts';
import type { HandlersFor } from '../handler-types.ts';

export const compareHandlers: HandlersFor<'compare'> = {
  'compare.explain': async (request, { bench, signal }) => {
    for (const ref of [request.a, request.b]) if ('file' in ref && !(await bench.grants.allows(ref.file))) throw notChosen(ref.file);
    return bench.compare.explain(request, signal);
  },
  'compare.open': ({ comparison }, { bench }) => bench.compare.open(comparison),
  'compare.queue': (request, { bench, signal }) => bench.queues.get(request, signal),
  'compare.list': ({ saved }, { bench }) => bench.store.comparisons.list({ saved }),
  'compare.get': ({ comparison }, { bench }) => bench.store.comparisons.get(comparison),
  'compare.annotate': ({ comparison, ...notes }, { bench }) => bench.compare.annotate(comparison, notes),
  'compare.remove': ({ comparison }, { bench }) => {
    bench.compare.remove(comparison);
    return null;
  },
  'compare.restore': ({ comparison }, { bench }) => {
    bench.compare.restore(comparison);
    return null;
  },
};

const notChosen = (file: string): AppError =>
  new AppError('bad-request', `${file} was not chosen in Twinlens: choose it with “From file…” or drop it on an image slot.`, { file });
