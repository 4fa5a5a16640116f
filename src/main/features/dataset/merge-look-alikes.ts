import { type ClassMerge, classMerges, lookAlikes } from '../../../shared/class-names.ts';
import { ImageQuery } from '../../../shared/curation.ts';
import { AppError } from '../../../shared/errors.ts';
import type { DatasetStores } from '../../db/dataset-stores.ts';
import { joinList, quote } from '../../foundation/words.ts';

/**
 * Merges classes whose names look alike. Each group is one edit, which can be undone. `only`: class names; if empty, all groups.
 * Returns what was merged. Throws AppError 'not-found' if the data set does not exist or no class looks like one of `only`.
 */
export function mergeLookAlikes(store: DatasetStores, idOrName: string, only: readonly string[] = []): ClassMerge[] {
  const { dataset } = store.datasets.get(idOrName);
  const merges = classMerges(store.browse.counts(dataset).classes);
  const looksLike = ({ into, others }: ClassMerge, name: string): boolean =>
    lookAlikes([into, ...others, name]).some((names) => names.includes(name));
  const unknown = only.filter((name) => !merges.some((merge) => looksLike(merge, name)));
  if (unknown.length > 0) throw new AppError('not-found', `No two classes have a name that looks like ${joinList(unknown.map(quote))}.`, { unknown });
  const chosen = merges.filter((merge) => only.length === 0 || only.some((name) => looksLike(merge, name)));
  for (const { into, others } of chosen) {
    const { ids } = store.browse.find(ImageQuery.parse({ dataset, classes: others, sort: 'file' }));
    store.curation.apply(dataset, { kind: 'relabel', ids: [...ids], className: into });
  }
  return chosen;
}
