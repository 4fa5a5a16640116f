import { z } from 'zod';
import { realNumber } from './schema-parts.ts';

const limit = realNumber(0, 1);
const cost = z.number('must be a number').positive('must be above 0').max(1e9, 'must be at most 1,000,000,000');

/** Parses a ThresholdChoice. */
export const ThresholdChoiceSchema = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('even') }),
  z.strictObject({ rule: z.literal('equal-error') }),
  z.strictObject({ rule: z.literal('accuracy') }),
  z.strictObject({ rule: z.literal('false-same'), limit }),
  z.strictObject({ rule: z.literal('false-different'), limit }),
  z.strictObject({ rule: z.literal('costs'), falseSame: cost, falseDifferent: cost }),
  z.strictObject({ rule: z.literal('value'), threshold: realNumber(0, 1e12) }),
]);
