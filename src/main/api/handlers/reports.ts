import type { HandlersFor } from '../handler-types.ts';

export const reportHandlers: HandlersFor<'reports'> = {
  'reports.list': (_, { workbench }) => workbench.reports.list(),
  'reports.get': ({ report }, { workbench }) => workbench.reports.get(report),
  'reports.save': (draft, { workbench }) => workbench.reports.save(draft),
  'reports.preview': (draft, { workbench }) => workbench.reports.preview(draft),
  'reports.addLogo': ({ file }, { workbench }) => workbench.reports.addLogo(Buffer.from(file, 'base64')),
  'reports.logo': ({ logo }, { workbench }) => workbench.reports.logo(logo),
  'reports.write': (request, { workbench }) => {
    if (request.out !== undefined) workbench.outputs.check(request.out, { replace: true }); // the system's dialog has asked
    return workbench.reports.startWriting(request);
  },
  'reports.remove': ({ report }, { workbench }) => {
    workbench.reports.remove(report);
    return null;
  },
  'reports.restore': ({ report }, { workbench }) => {
    workbench.reports.restore(report);
    return null;
  },
};
