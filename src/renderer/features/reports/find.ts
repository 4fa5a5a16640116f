import type { Verdict, ComparisonRow, Judgement } from '../../../shared/comparison.ts';
import { JUDGEMENTS } from '../../../shared/judgement-words.ts';
import { type Badge, badgeOf, BADGES } from '../../../shared/faithfulness.ts';
import { fileName } from '../../../shared/format.ts';
import { restoreChoices } from '../../client/stored-choices.ts';

/** Filters and order of saved comparisons. A filter of '' matches anything. */
export interface Search {
  text: string; // words in file, class, note or run; all must match
  verdict: Verdict | '';
  judgement: Judgement | 'none' | '';
  run: string;
  maps: Badge | 'unchecked' | ''; // the badge of the maps
  sort: 'newest' | 'maps'; // maps: the best supported first
}

export const NO_FILTER: Search = { text: '', verdict: '', judgement: '', run: '', maps: '', sort: 'newest' };

/** The stored filters, without invalid entries. `vanished`: the run that was filtered by and no longer `exists`; its filter is removed. */
export function storedSearch(stored: unknown, exists: (run: string) => boolean): { search: Search; vanished: string | null } {
  const verdict: Search['verdict'][] = ['', 'same', 'different'];
  const judgement: Search['judgement'][] = ['', ...JUDGEMENTS, 'none'];
  const maps: Search['maps'][] = ['', ...BADGES, 'unchecked'];
  const sort: Search['sort'][] = ['newest', 'maps'];
  const search = restoreChoices(NO_FILTER, stored, { verdict, judgement, maps, sort });
  if (search.run === '' || exists(search.run)) return { search, vanished: null };
  return { search: { ...search, run: '' }, vanished: search.run };
}

export const isUnfiltered = ({ sort: _, ...filters }: Search): boolean => Object.values(filters).every((value) => value.trim() === '');

const badgeOfRow = ({ check }: ComparisonRow): Badge | 'unchecked' => (check ? badgeOf(check).badge : 'unchecked');

const zOrLeast = ({ check }: ComparisonRow): number => check?.z ?? -Number.MAX_VALUE; // not infinite: a difference would be NaN

/** Sorts by badge, the best supported maps first and unchecked ones last; within a badge by z, then in the given order. */
function byMaps(rows: readonly ComparisonRow[]): ComparisonRow[] {
  const rank = (row: ComparisonRow): number => [...BADGES, 'unchecked'].indexOf(badgeOfRow(row));
  return rows.toSorted((a, b) => rank(a) - rank(b) || zOrLeast(b) - zOrLeast(a));
}

/** `runName` gives the displayed name of a run. `rows`: newest first. */
export function findComparisons(rows: readonly ComparisonRow[], search: Search, runName: (run: string) => string): ComparisonRow[] {
  const words = plain(search.text).split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    if (search.verdict !== '' && row.verdict !== search.verdict) return false;
    if (search.judgement !== '' && (row.judgement ?? 'none') !== search.judgement) return false;
    if (search.run !== '' && row.run !== search.run) return false;
    if (search.maps !== '' && badgeOfRow(row) !== search.maps) return false;
    if (words.length === 0) return true;
    const text = plain([...row.images.flatMap((image) => [fileName(image.file), image.className ?? '']), row.note, runName(row.run)].join('\n'));
    return words.every((word) => text.includes(word));
  });
  return search.sort === 'maps' ? byMaps(found) : found;
}

/** Lower case without accents, so that "muller" finds "Müller". */
const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
