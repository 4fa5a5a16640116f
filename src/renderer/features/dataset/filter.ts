import type { ImageQuery } from '../../../shared/curation.ts';
import { IMAGE_SORTS, SPLITS } from '../../../shared/dataset.ts';
import { isRecord, restoreChoices } from '../../client/stored-choices.ts';

export type Filter = Omit<ImageQuery, 'dataset'>;
export const NO_FILTER: Filter = { text: '', classes: [], splits: [], tags: [], state: 'all', sort: 'class', descending: false };

/** The filter stored for this data set, without invalid entries; NO_FILTER if that of another data set is stored. */
export function storedFilter(stored: unknown, dataset: string): Filter {
  if (!isRecord(stored) || stored['dataset'] !== dataset) return NO_FILTER;
  return restoreChoices(NO_FILTER, stored, { splits: SPLITS, state: ['included', 'excluded', 'all'], sort: IMAGE_SORTS });
}
