import { AppError } from '../../../shared/errors.ts';
import { BACKBONES, type BackboneName } from '../../../shared/backbones.ts';
import type { StoredShapes } from '../backbones/weight-names.ts';
import { sameShape } from '../ir/shapes.ts';
import type { ParamSpec } from '../ir/tensor.ts';
import { guessNetwork } from './guess.ts';
import type { MatchedNames } from './names.ts';
import { withoutWrappers } from './prefix.ts';

export interface WrongShape {
  name: string;
  expected: readonly number[];
  found: readonly number[];
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const isOrAre = (n: number): string => (n === 1 ? 'is' : 'are');
const tensors = (n: number): string => (n === 1 ? '1 tensor' : `${n} tensors`);
const hasOrHave = (n: number): string => (n === 1 ? 'has' : 'have');

const shareOf = (n: number, total: number): string => `${n} of ${total} tensors`;
const first = (n: number): string => (n === 1 ? 'namely' : 'the first is');

/** A sentence about what to do with weights of another network. */
function adviceFor(guess: string | null, backbone: BackboneName): string {
  if (guess === null || guess === backbone) return '';
  const known = (BACKBONES as readonly string[]).includes(guess);
  return ` By their names and shapes they are for ${guess}${known ? `: choose that backbone, or other weights` : `, which Twinlens doesn't have`}.`;
}

/** Whether a stored tensor is the parameter, or position embeddings that can be resampled to it. */
function fits(found: readonly number[], { shape, positions }: ParamSpec): boolean {
  if (!positions || found.length !== 3) return sameShape(found, shape);
  const side = Math.sqrt(found[1]! - positions.prefix);
  return found[0] === 1 && found[2] === shape[2] && side >= 1 && Number.isInteger(side);
}

const withoutPrefix = (entries: Expected['entries']): StoredShapes =>
  new Map([...entries].map(([name, shape]) => [withoutWrappers(name), { shape }] as const));

/** The network that a file's tensors belong to: a backbone, a description of a related network, or null. */
export const networkOf = (found: MatchedNames['found'], entries: Expected['entries']): string | null =>
  guessNetwork(found) ?? guessNetwork(withoutPrefix(entries));

export interface Expected {
  backbone: BackboneName;
  params: readonly ParamSpec[];
  entries: ReadonlyMap<string, readonly number[]>; // shapes in the file, by the file's names
  declared?: string | undefined; // the network named in the file's metadata
}

/**
 * Checks that a file has every parameter in the right shape, and no tensors of another network. Throws AppError('bad-weights')
 * with {missing: names, shape: [{name, expected, found}], unexpected: names in the file, guess: the network that the file
 * seems to be for}. The message names the first tensor that differs, in the order of the parameters, and its shapes.
 */
export function verifyNames(matched: MatchedNames, { backbone, params, entries, declared }: Expected): void {
  const missing: string[] = [];
  const shape: WrongShape[] = [];
  for (const param of params) {
    const { name, shape: expected } = param;
    const found = matched.found.get(name)?.shape;
    if (!found) missing.push(name);
    else if (!fits(found, param)) shape.push({ name, expected, found });
  }
  const wanted = new Set(params.map(({ name }) => name));
  const extra = [...matched.found].filter(([name]) => !wanted.has(name)).map(([, { from }]) => from);
  const unexpected = [...extra, ...matched.unexpected];
  if (!missing.length && !shape.length && !unexpected.length) return;

  // The prefix was chosen for the wanted network, so parts of another one may have been taken for it.
  const guess = declared ?? networkOf(matched.found, entries);
  const reasons = differences(matched, params, missing, shape);
  // Unexpected tensors are a reason only on their own, or where nothing else is known: otherwise they follow from the other reasons.
  const stranger = unexpected[0] ?? [...entries.keys()][0];
  const strangerText = stranger === undefined ? null : `${stranger} ${shapeText(entries.get(stranger)!)}`;
  if (!reasons.length) reasons.push(`they contain ${tensors(unexpected.length)} that it doesn't have, ${first(unexpected.length)} ${strangerText}`);
  else if (missing.length === params.length && guess === null && strangerText !== null) reasons.push(`the file begins with ${strangerText}`);
  const opening = guess === backbone ? `These weights are not complete for ${backbone}` : `These weights are for another network than ${backbone}`;
  throw new AppError('bad-weights', `${opening}: ${reasons.join('; ')}.${adviceFor(guess, backbone)}`, { missing, shape, unexpected, guess });
}

/** What is missing and what has another shape, with the first tensor of each. The earlier one in the order of `params` comes first. */
function differences({ found }: MatchedNames, params: readonly ParamSpec[], missing: readonly string[], shape: readonly WrongShape[]): string[] {
  const reasons: { name: string; text: string }[] = [];
  const absent = params.find(({ name }) => name === missing[0]);
  if (absent) {
    const tensor = `${first(missing.length)} ${absent.name} ${shapeText(absent.shape)}`;
    reasons.push({ name: absent.name, text: `${shareOf(missing.length, params.length)} ${isOrAre(missing.length)} missing, ${tensor}` });
  }
  const wrong = shape[0];
  if (wrong) {
    const { from } = found.get(wrong.name)!;
    const inFile = from === wrong.name ? '' : ` (${from} in the file)`;
    const tensor = `${first(shape.length)} ${wrong.name}${inFile}, which is ${shapeText(wrong.found)} and should be ${shapeText(wrong.expected)}`;
    reasons.push({ name: wrong.name, text: `${shareOf(shape.length, params.length)} ${hasOrHave(shape.length)} another shape, ${tensor}` });
  }
  const indexOf = (one: string): number => params.findIndex(({ name }) => name === one);
  return reasons.toSorted((x, y) => indexOf(x.name) - indexOf(y.name)).map(({ text }) => text);
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
