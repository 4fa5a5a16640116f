import type { DatasetCounts, ImageQuery } from '../../../shared/curation.ts';
import { MAX_SEARCH } from '../../../shared/dataset.ts';
import { IMAGE_SORTS, SPLITS } from '../../../shared/dataset.ts';
import { countText, listText } from '../../../shared/format.ts';
import { isRecord, restoreChoices } from '../../client/stored-choices.ts';

export type Filter = Omit<ImageQuery, 'dataset'>;
export const NO_FILTER: Filter = { text: '', classes: [], splits: [], tags: [], state: 'all', sort: 'class', descending: false };

/** The filter stored for this data set, without invalid entries; NO_FILTER if that of another data set is stored. */
export function storedFilter(stored: unknown, dataset: string): Filter {
  if (!isRecord(stored) || stored['dataset'] !== dataset) return NO_FILTER;
  const filter = restoreChoices(NO_FILTER, stored, { splits: SPLITS, state: ['included', 'excluded', 'all'], sort: IMAGE_SORTS });
  return filter.text.length > MAX_SEARCH ? { ...filter, text: '' } : filter;
}

/** Whether the copies of this data set were shown when the filter was stored. */
export const storedCopies = (stored: unknown, dataset: string): boolean =>
  isRecord(stored) && stored['dataset'] === dataset && stored['copies'] === true;

/** Removes the classes and tags that no image has now. `vanished`: these in words, such as `the class Elm`. */
export function dropVanished(filter: Filter, { classes, tags }: Pick<DatasetCounts, 'classes' | 'tags'>): { filter: Filter; vanished: string[] } {
  const present = { classes: new Set(classes.map(({ className }) => className)), tags: new Set(tags.map(({ tag }) => tag)) };
  const vanished = [
    ...filter.classes.filter((name) => !present.classes.has(name)).map((name) => `the class ${name}`),
    ...filter.tags.filter((tag) => !present.tags.has(tag)).map((tag) => `the tag ${tag}`),
  ];
  return {
    filter: {
      ...filter,
      classes: filter.classes.filter((name) => present.classes.has(name)),
      tags: filter.tags.filter((tag) => present.tags.has(tag)),
    },
    vanished,
  };
}

const MAX_NAMED = 5;

/** The message for a person about what `dropVanished` removed from a filter. */
export function vanishedText(vanished: readonly string[]): string {
  const more = vanished.length - MAX_NAMED;
  const named = more > 0 ? [...vanished.slice(0, MAX_NAMED), `${countText(more)} more`] : vanished;
  return `The filter was changed: no image has ${listText(named, 'or')} any more.`;
}
