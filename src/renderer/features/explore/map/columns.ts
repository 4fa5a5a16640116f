import type { DatasetCounts } from '../../../../shared/curation.ts';
import { SPLITS } from '../../../../shared/dataset.ts';
import { api } from '../../../client/api.ts';
import { SPLIT_WORDS } from '../../../client/image-words.ts';
import type { Column } from './colours.ts';

/** What points can be coloured by. */
export const COLOURINGS = [
  { value: 'class', text: 'Class' },
  { value: 'split', text: 'Split' },
  { value: 'excluded', text: 'Excluded' },
  { value: 'tag', text: 'Most frequent tag' },
] as const;
export type Colouring = (typeof COLOURINGS)[number]['value'];

const MAX_TAGS = 40; // one search each

/** The categories of the images `ids`, which are ascending, as they are now. */
export async function loadColumn(dataset: string, by: Colouring, ids: Int32Array): Promise<Column> {
  const codes = new Int32Array(ids.length).fill(-1);
  const at = new Map(Array.from(ids, (id, i) => [id, i]));
  const mark = (found: Int32Array, code: number): void => {
    for (const id of found) {
      const i = at.get(id);
      if (i !== undefined && codes[i] === -1) codes[i] = code;
    }
  };
  const find = async (query: object): Promise<Int32Array> => (await api.call('images.find', { dataset, sort: 'file', ...query })).ids;
  switch (by) {
    case 'class': {
      const { ids: found, classes } = await api.call('images.find', { dataset, sort: 'class' });
      let from = 0;
      for (const [code, { images }] of (classes ?? []).entries()) mark(found.subarray(from, (from += images)), code);
      return { names: (classes ?? []).map(({ className }) => className), codes };
    }
    case 'split':
      for (const [code, split] of SPLITS.entries()) mark(await find({ splits: [split] }), code);
      return { names: SPLITS.map((split) => SPLIT_WORDS[split].name), codes };
    case 'excluded':
      mark(await find({ state: 'included' }), 0);
      mark(await find({ state: 'excluded' }), 1);
      return { names: ['included', 'excluded'], codes };
    case 'tag': {
      const { tags }: DatasetCounts = await api.call('datasets.counts', { dataset });
      const names = tags.toSorted((a, b) => b.images - a.images).map(({ tag }) => tag);
      for (const [code, tag] of names.slice(0, MAX_TAGS).entries()) mark(await find({ tags: [tag] }), code);
      return { names: names.slice(0, MAX_TAGS), codes };
    }
    default:
      return by satisfies never;
  }
}
