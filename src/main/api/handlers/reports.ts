import { getReport, listReports, previewReport, removeReport, restoreReport, saveReport, startWriting } from '../../features/report/records.ts';
import type { HandlersFor } from '../handler-types.ts';

export const reportHandlers: HandlersFor<'reports'> = {
  'reports.list': (_, { bench }) => listReports(bench),
  'reports.get': ({ report }, { bench }) => getReport(bench, report),
  'reports.save': (draft, { bench }) => saveReport(bench, draft),
  'reports.preview': (draft, { bench }) => previewReport(bench, draft),
  'reports.write': (request, { bench }) => startWriting(bench, request),
  'reports.remove': ({ report }, { bench }) => {
    removeReport(bench, report);
    return null;
  },
  'reports.restore': ({ report }, { bench }) => {
    restoreReport(bench, report);
    return null;
  },
};
