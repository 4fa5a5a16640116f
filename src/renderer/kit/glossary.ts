import { SCREEN_TERMS, type TermName, TERMS } from '../../shared/glossary.ts';

const MEANINGS = new Map<string, string>([...TERMS, ...SCREEN_TERMS]);

/** The explanation of a term, one sentence. */
export const meaningOf = (term: TermName): string => MEANINGS.get(term)!;

/** All terms, in alphabetical order. */
export const allTerms = (): [name: string, meaning: string][] => [...MEANINGS].sort(([a], [b]) => a.localeCompare(b, 'en'));
