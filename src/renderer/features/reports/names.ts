import { verdictWord } from '../../../shared/comparison-words.ts';
import type { ComparisonRow } from '../../../shared/comparison.ts';
import { fileNames } from '../../../shared/format.ts';
import { JUDGEMENT_SIGNS, judgementWord } from '../../../shared/judgement-words.ts';
import { verdictClaim } from '../../../shared/verdict-claim.ts';

/** The classes of a pair if both are known, else its files. */
export function pairName({ images: [a, b] }: Pick<ComparisonRow, 'images'>): string {
  const [first, second] = a.className !== null && b.className !== null ? [a.className, b.className] : fileNames(a.file, b.file);
  return `${first} and ${second}`;
}

export const filesOf = ({ images }: Pick<ComparisonRow, 'images'>): string => fileNames(images[0].file, images[1].file).join(' · ');

/** "≠ Different · ✗ Wrong: the data set says the same class · ✓ agree · with a note": verdict, what is known of it, judgement and note. */
export function summaryOf(row: ComparisonRow): string {
  const { verdict, judgement, note } = row;
  const { sign, words } = verdictClaim(row);
  return [
    `${verdict === 'different' ? '≠' : '='} ${verdictWord(verdict)}`,
    `${sign} ${words}`,
    judgement ? `${JUDGEMENT_SIGNS[judgement]} ${judgementWord(judgement)}` : '',
    note.trim() ? 'with a note' : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

const MAX_LENGTH = 60; // characters of a file name

/** A file name valid on every system, from a title: "Spring review, part 2" is "Spring review, part 2.pdf". */
export function reportFileName(title: string, extension: string): string {
  const safe = title
    .normalize('NFC')
    .replace(/[\p{C}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, MAX_LENGTH)
    .replace(/^[. ]+|[. ]+$/g, '');
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(safe);
  return `${safe && !reserved ? safe : 'Twinlens report'}.${extension}`;
}
