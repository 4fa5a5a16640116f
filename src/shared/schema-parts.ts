import { z } from 'zod';

/** Parts of schemas. Their messages follow the name of a field: "must be at least 1". */

export const text = (what: string): z.ZodString => z.string().min(1, `${what} must not be empty`);

export const wholeNumber = (low: number, high: number): z.ZodNumber => within(z.number('must be a number').int('must be a whole number'), low, high);

export const realNumber = (low: number, high: number): z.ZodNumber => within(z.number('must be a number'), low, high);

const within = (number: z.ZodNumber, low: number, high: number): z.ZodNumber =>
  number.min(low, `must be at least ${low}`).max(high, `must be at most ${high}`);
