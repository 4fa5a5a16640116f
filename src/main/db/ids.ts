import { countNoun } from '../../shared/format.ts';
import { AppError } from '../../shared/errors.ts';
import { joinList, quote } from '../foundation/words.ts';

const MAX_SLUG = 60; // characters

/** ASCII, lower case, words joined by dashes: `Skin lesions (2024)` -> `skin-lesions-2024`; `dataset` if nothing remains. */
export function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '') // accents that NFKD separated
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return plain.slice(0, MAX_SLUG).replace(/^-+|-+$/g, '') || 'dataset';
}

/** `r12` -> 12 for the prefix `r`; null for anything else. */
export function numberOf(prefix: string, id: string): number | null {
  const digits = id.startsWith(prefix) ? id.slice(prefix.length) : '';
  return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : null;
}

/** The error for an unknown id, with a list of the known ones, newest first. `firstStep`: what to do if there are none. */
export function notFoundError(noun: string, asked: string, known: readonly string[], firstStep: string): AppError {
  const hint = known.length === 0 ? `There are none yet: ${firstStep}.` : `Available: ${joinList(known, 10)}.`;
  return new AppError('not-found', `There is no ${noun} ${quote(asked)}. ${hint}`, { asked, known: countNoun(known.length, noun) });
}
