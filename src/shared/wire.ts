import { parse, stringify } from 'devalue';

/**
 * Values as text, for transport over a network: like JSON, but keeps NaN and infinities (of a diverged training),
 * maps, sets, dates and typed arrays.
 */
export const encode = (value: unknown): string => stringify(value);

/** Throws a SyntaxError or Error for text that `encode` did not make. */
export const decode = (text: string): unknown => parse(text);
