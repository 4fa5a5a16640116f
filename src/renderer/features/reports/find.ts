import type { Verdict } from '../../../shared/comparison.ts';
import type { ComparisonRow, Judgement } from '../../../shared/explore.ts';
import { fileName } from '../../../shared/format.ts';

/** What a person looks for among saved comparisons; '' is anything. */
export interface Search {
  text: string; // parts of file, class, note, run; all of them must be found
  verdict: Verdict | '';
  judgement: Judgement | 'none' | '';
  run: string;
}

export const EVERYTHING: Search = { text: '', verdict: '', judgement: '', run: '' };

export const isEverything = (search: Search): boolean => Object.entries(search).every(([, value]) => value.trim() === '');

/** `runName` says what a run is called on the screen. */
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
