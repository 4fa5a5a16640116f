import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CALLS } from '../../shared/contract.ts';
import { EVENT_NAMES } from '../../shared/events.ts';

/** The fingerprint that two programs must share to talk to each other: the names of all calls and events, and what each call takes. */
export function contractFingerprint(): string {
  const calls = Object.entries(CALLS).map(([name, { input }]) => [name, z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })]);
  return createHash('sha256')
    .update(JSON.stringify([calls, EVENT_NAMES]))
    .digest('hex')
    .slice(0, 16);
}
