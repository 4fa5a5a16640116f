import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CALLS } from '../../shared/contract.ts';
import { EVENT_NAMES } from '../../shared/events.ts';

let fingerprint: string | null = null;

/** Hash of all calls with their input schemas and of all events. Two programs can only communicate if it is equal. Computed at the first call. */
export const contractFingerprint = (): string => (fingerprint ??= hashContract());

function hashContract(): string {
  const calls = Object.entries(CALLS).map(([name, { input }]) => [name, z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })]);
  return createHash('sha256')
    .update(JSON.stringify([calls, EVENT_NAMES]))
    .digest('hex')
    .slice(0, 16);
}
