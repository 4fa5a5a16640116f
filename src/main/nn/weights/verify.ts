import { AppError } from '../../../shared/errors.ts';
import { BACKBONES, type BackboneName } from '../../../shared/backbones.ts';
import type { ParamSpec } from '../ir/tensor.ts';
import { guessNetwork } from './guess.ts';
import type { MatchedNames } from './names.ts';

export interface WrongShape {
  name: string;
  expected: readonly number[];
  found: readonly number[];
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);
const isOrAre = (n: number): string => (n === 1 ? 'is' : 'are');
const tensors = (n: number): string => (n === 1 ? '1 tensor' : `${n} tensors`);
const hasOrHave = (n: number): string => (n === 1 ? 'has' : 'have');

const shareOf = (n: number, total: number): string => `${n} of ${total} tensors`;

/** A sentence about what to do with weights of another network. */
function adviceFor(guess: string | null, backbone: BackboneName): string {
  if (guess === null || guess === backbone) return '';
  const known = (BACKBONES as readonly string[]).includes(guess);
  return ` By their names and shapes they are for ${guess}${known ? `: choose that backbone, or other weights` : `, which Twinlens doesn't have`}.`;
}

/**
 * Checks that a file has every parameter in the right shape, and no tensors of another network. Throws AppError('bad-weights')
 * with {missing: names, shape: [{name, expected, found}], unexpected: names in the file, guess: the network that the file
 * seems to be for}. `declared`: the network named in the file's metadata.
 */
export function verifyNames(matched: MatchedNames, backbone: BackboneName, params: readonly ParamSpec[], declared?: string): void {
  const missing: string[] = [];
  const shape: WrongShape[] = [];
  for (const { name, shape: expected } of params) {
    const found = matched.found.get(name)?.shape;
    if (!found) missing.push(name);
    else if (!sameShape(found, expected)) shape.push({ name, expected, found });
  }
  const wanted = new Set(params.map(({ name }) => name));
  const extra = [...matched.found].filter(([name]) => !wanted.has(name)).map(([, { from }]) => from);
  const unexpected = [...extra, ...matched.unexpected];
  if (!missing.length && !shape.length && !unexpected.length) return;

  const guess = declared ?? guessNetwork(matched.found);
  const reasons: string[] = [];
  if (missing.length) reasons.push(`${shareOf(missing.length, params.length)} ${isOrAre(missing.length)} missing, e.g. ${missing[0]}`);
  if (shape[0]) {
    const { name, expected, found } = shape[0];
    const wrong = `${name} is ${shapeText(found)} and should be ${shapeText(expected)}`;
    reasons.push(`${shareOf(shape.length, params.length)} ${hasOrHave(shape.length)} another shape, e.g. ${wrong}`);
  }
  // Unexpected tensors are a reason only on their own: otherwise they follow from the other reasons.
  if (!reasons.length) reasons.push(`they contain ${tensors(unexpected.length)} that it doesn't have, e.g. ${unexpected[0]}`);
  const opening = guess === backbone ? `These weights are not complete for ${backbone}` : `These weights are for another network than ${backbone}`;
  throw new AppError('bad-weights', `${opening}: ${reasons.join('; ')}.${adviceFor(guess, backbone)}`, { missing, shape, unexpected, guess });
}

/** What is wrong with a tensor's values: infinite, NaN, or a negative running variance; null if they are valid. */
export function problemOf(name: string, data: Float32Array): string | null {
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
