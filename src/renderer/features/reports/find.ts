import type { Verdict, ComparisonRow, Judgement } from '../../../shared/comparison.ts';
import { fileName } from '../../../shared/format.ts';
import { restoreChoices } from '../../client/stored-choices.ts';

/** Filters for saved comparisons; '' matches anything. */
export interface Search {
  text: string; // words in file, class, note or run; all must match
  verdict: Verdict | '';
  judgement: Judgement | 'none' | '';
  run: string;
}

export const NO_FILTER: Search = { text: '', verdict: '', judgement: '', run: '' };

/** The stored filters, without invalid entries and without a run that no longer `exists`. */
export function storedSearch(stored: unknown, exists: (run: string) => boolean): Search {
  const verdict: Search['verdict'][] = ['', 'same', 'different'];
  const judgement: Search['judgement'][] = ['', 'agree', 'unsure', 'disagree', 'none'];
  const search = restoreChoices(NO_FILTER, stored, { verdict, judgement });
  return exists(search.run) ? search : { ...search, run: '' };
}

export const isUnfiltered = (search: Search): boolean => Object.entries(search).every(([, value]) => value.trim() === '');

/** `runName` gives the displayed name of a run. */
export function findComparisons(rows: readonly ComparisonRow[], search: Search, runName: (run: string) => string): ComparisonRow[] {
  const words = plain(search.text).split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (search.verdict !== '' && row.verdict !== search.verdict) return false;
    if (search.judgement !== '' && (row.judgement ?? 'none') !== search.judgement) return false;
    if (search.run !== '' && row.run !== search.run) return false;
    if (words.length === 0) return true;
    const text = plain([...row.images.flatMap((image) => [fileName(image.file), image.className ?? '']), row.note, runName(row.run)].join('\n'));
    return words.every((word) => text.includes(word));
  });
}

/** Lower case without accents, so that "muller" finds "Müller". */
const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
