import { parse, stringify } from 'devalue';

/**
 * Values as text, for doors that are a network: JSON that also keeps what bare JSON loses, above all the NaN and the
 * infinities of a training that diverged. Made of plain values, arrays, maps, sets, dates and typed arrays.
 */
export const encode = (value: unknown): string => stringify(value);

/** Throws a SyntaxError or Error for text that `encode` did not make. */
export const decode = (text: string): unknown => parse(text);
