import { SCREEN_TERMS, type TermName, TERMS } from '../../shared/glossary.ts';

const MEANINGS = new Map<string, string>([...TERMS, ...SCREEN_TERMS]);

/** One line that explains a term of the field. */
export const meaningOf = (term: TermName): string => MEANINGS.get(term)!;

/** All terms, in alphabetical order. */
export const allTerms = (): [name: string, meaning: string][] => [...MEANINGS].sort(([a], [b]) => a.localeCompare(b, 'en'));
