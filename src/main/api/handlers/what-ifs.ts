import type { HandlersFor } from '../handler-types.ts';

export const whatIfHandlers: HandlersFor<'whatIfs'> = {
  'whatIfs.answer': ({ comparison, strokes }, { workbench, signal }) => workbench.compare.whatIfs.answer(comparison, strokes, signal),
  'whatIfs.list': ({ comparison }, { workbench }) => workbench.compare.whatIfs.list(comparison),
  'whatIfs.putDraft': ({ comparison, strokes }, { workbench }) => {
    workbench.compare.whatIfs.putDraft(comparison, strokes);
    return null;
  },
  'whatIfs.save': async (request, { workbench, signal }) => {
    const saved = await workbench.compare.whatIfs.save(request, signal);
    workbench.checkJobs.checkSaved([request.comparison]);
    return saved;
  },
  'whatIfs.annotate': ({ comparison, edit, note }, { workbench }) => workbench.compare.whatIfs.annotate(comparison, edit, note),
  'whatIfs.remove': ({ edit }, { workbench }) => {
    workbench.compare.whatIfs.setRemoved(edit, true);
    return null;
  },
  'whatIfs.restore': ({ edit }, { workbench }) => {
    workbench.compare.whatIfs.setRemoved(edit, false);
    return null;
  },
};
