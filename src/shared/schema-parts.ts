import { z } from 'zod';

/** Parts of schemas. Their messages follow the name of a field: "must be at least 1". */

// For schemas without a message of their own: the library's are for programmers.
z.config({ customError: (issue) => messageOf(issue) });

type Issue = Parameters<NonNullable<NonNullable<Parameters<typeof z.config>[0]>['customError']>>[0];

/** Undefined: the library's own message. */
function messageOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? 'of another kind'}`;
    case 'too_big':
      return sizeText('at most', issue.origin, issue.maximum);
    case 'too_small':
      return sizeText('at least', issue.origin, issue.minimum);
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return issue.input === undefined ? 'is missing' : 'is none of the choices';
    case 'unrecognized_keys':
      return `has the unknown ${issue.keys.length === 1 ? 'entry' : 'entries'} ${issue.keys.join(', ')}`;
    case 'invalid_format':
      return 'is not in the right form';
    default:
      return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', tuple: 'a list', object: 'an object' },
  record: 'an object',
};

function sizeText(bound: string, origin: string, size: number | bigint): string {
  const number = size.toLocaleString('en');
  if (origin === 'string') return `must have ${bound} ${number} characters`;
  return origin === 'array' ? `must have ${bound} ${number} entries` : `must be ${bound} ${number}`;
}

export const text = (what: string): z.ZodString => z.string().min(1, `${what} must not be empty`);

export const wholeNumber = (low: number, high: number): z.ZodNumber => within(z.number('must be a number').int('must be a whole number'), low, high);

export const realNumber = (low: number, high: number): z.ZodNumber => within(z.number('must be a number'), low, high);

const within = (number: z.ZodNumber, low: number, high: number): z.ZodNumber =>
  number.min(low, `must be at least ${low}`).max(high, `must be at most ${high}`);
