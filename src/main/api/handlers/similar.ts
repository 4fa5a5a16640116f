import { AppError } from '../../../shared/errors.ts';
import { resultsFile } from '../../features/similar/export.ts';
import { startFolderSearch, startResultsExport } from '../../features/similar/jobs.ts';
import type { HandlersFor } from '../handler-types.ts';

export const similarHandlers: HandlersFor<'similar' | 'searches'> = {
  'similar.find': async (query, { workbench, signal }) => {
    const { target } = query;
    if ('file' in target && !(await workbench.fileAccess.allows(target.file))) throw notChosenError(target.file);
    return workbench.similar.images.find(query, { signal });
  },
  'similar.judge': (judgement, { workbench }) => workbench.similar.judgements.judge(judgement),
  'similar.undoJudgement': ({ dataset, id }, { workbench }) => workbench.similar.judgements.setUndone(dataset, id, true),
  'similar.redoJudgement': ({ dataset, id }, { workbench }) => workbench.similar.judgements.setUndone(dataset, id, false),
  'searches.start': (request, { workbench }) =>
    startFolderSearch({ ...workbench, datasets: workbench.store.datasets, searches: workbench.similar.searches }, request),
  'searches.list': ({ dataset }, { workbench }) => workbench.similar.searches.list(dataset),
  'searches.get': ({ search }, { workbench }) => ({
    search: workbench.similar.searches.get(search),
    decisions: workbench.similar.searches.decisions(search),
  }),
  'searches.query': ({ search, position }, { workbench }) => workbench.similar.searches.query(search, position),
  'searches.decide': (request, { workbench }) => workbench.similar.searches.decide(request),
  'searches.undo': ({ search }, { workbench }) => ({ position: workbench.similar.searches.undo(search) }),
  'searches.remove': ({ search }, { workbench }) => {
    workbench.similar.searches.setRemoved(search, true);
    return null;
  },
  'searches.restore': ({ search }, { workbench }) => {
    workbench.similar.searches.setRemoved(search, false);
    return null;
  },
  'searches.export': ({ search, format, out }, { workbench }) => {
    const { similar, jobs, outputs, workspace } = workbench;
    if (out !== undefined) outputs.check(out, { replace: true }); // the system's dialog has asked
    const target = out ?? resultsFile(workspace.exports, similar.searches.get(search), format);
    return startResultsExport({ jobs, searches: similar.searches, ports: similar.ports }, { search, format, out: target });
  },
};

const notChosenError = (file: string): AppError =>
  new AppError('bad-request', `${file} was not chosen in Twinlens: choose it with “From file…” or drop it on the search.`, { file });
