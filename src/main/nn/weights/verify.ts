import { AppError } from '../../../shared/errors.ts';
import { BACKBONES, type BackboneName } from '../../../shared/run.ts';
import type { ParamSpec } from '../ir/tensor.ts';
import { guessNetwork } from './guess.ts';
import type { Adopted } from './names.ts';

export interface WrongShape {
  name: string;
  expected: readonly number[];
  found: readonly number[];
}

const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);
const are = (n: number): string => (n === 1 ? 'is' : 'are');
const have = (n: number): string => (n === 1 ? 'has' : 'have');

function shareOf(n: number, total: number): string {
  return `${n} of ${total} tensors`;
}

function saysFor(guess: string | null, backbone: BackboneName): string {
  if (guess === null || guess === backbone) return '';
  const known = (BACKBONES as readonly string[]).includes(guess);
  return ` By their names and shapes they are for ${guess}${known ? `: choose that backbone, or other weights` : `, which Twinlens doesn't have`}.`;
}

/**
 * All or nothing: every parameter there, of its shape, and nothing else of a network. Throws AppError('bad-weights')
 * with {missing: names, shape: [{name, expected, found}], unexpected: names in the file}, and names the network the file
 * seems to be for (`declared`: what the file itself says, if it does).
 */
export function verifyNames(adopted: Adopted, backbone: BackboneName, params: readonly ParamSpec[], declared?: string): void {
  const missing: string[] = [];
  const shape: WrongShape[] = [];
  for (const { name, shape: expected } of params) {
    const found = adopted.found.get(name)?.shape;
    if (!found) missing.push(name);
    else if (!sameShape(found, expected)) shape.push({ name, expected, found });
  }
  const wanted = new Set(params.map(({ name }) => name));
  const extra = [...adopted.found].filter(([name]) => !wanted.has(name)).map(([, { from }]) => from);
  const unexpected = [...extra, ...adopted.unexpected];
  if (!missing.length && !shape.length && !unexpected.length) return;

  const guess = declared ?? guessNetwork(adopted.found);
  const reasons: string[] = [];
  if (missing.length) reasons.push(`${shareOf(missing.length, params.length)} ${are(missing.length)} missing, e.g. ${missing[0]}`);
  if (shape[0]) {
    const { name, expected, found } = shape[0];
    reasons.push(
      `${shareOf(shape.length, params.length)} ${have(shape.length)} another shape, e.g. ${name} is ${text(found)} and should be ${text(expected)}`,
    );
  }
  // Named only where it is the sole reason: with others it is a consequence of them.
  if (!reasons.length) reasons.push(`${unexpected.length} tensors ${are(unexpected.length)} in them that it doesn't have, e.g. ${unexpected[0]}`);
  const opening = guess === backbone ? `These weights are not complete for ${backbone}` : `These weights are for another network than ${backbone}`;
  throw new AppError('bad-weights', `${opening}: ${reasons.join('; ')}.${saysFor(guess, backbone)}`, { missing, shape, unexpected, guess });
}

/** What makes a tensor useless: values that aren't numbers, or a running variance below zero. Null where it is sound. */
export function flawOf(name: string, data: Float32Array): string | null {
  let notFinite = 0;
  let negative = 0;
  const variance = name.endsWith('running_var');
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) notFinite++;
    else if (variance && value < 0) negative++;
  }
  if (notFinite) return `${notFinite} of ${data.length} values are infinite or not numbers`;
  return negative ? `${negative} of ${data.length} variances are negative` : null;
}
