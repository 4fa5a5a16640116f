import type { HandlersFor } from '../handler-types.ts';

export const reportHandlers: HandlersFor<'reports'> = {
  'reports.list': (_, { bench }) => bench.reports.list(),
  'reports.get': ({ report }, { bench }) => bench.reports.get(report),
  'reports.save': (draft, { bench }) => bench.reports.save(draft),
  'reports.preview': (draft, { bench }) => bench.reports.preview(draft),
  'reports.write': (request, { bench }) => bench.reports.startWriting(request),
  'reports.remove': ({ report }, { bench }) => {
    bench.reports.remove(report);
    return null;
  },
  'reports.restore': ({ report }, { bench }) => {
    bench.reports.restore(report);
    return null;
  },
};
