import { BACKBONES } from '../../../shared/backbones.ts';
import { AppError } from '../../../shared/errors.ts';
import { backboneOf } from '../backbones/index.ts';
import type { ForeignNames } from '../backbones/weight-names.ts';
import { sameShape } from '../ir/shapes.ts';

export type Shapes = ReadonlyMap<string, readonly number[]>;

export interface FileTensor {
  from: string; // in the file
  name: string; // without wrappers
  shape: readonly number[]; // in the file
}

// Components that PyTorch inserts into names: DataParallel and DistributedDataParallel (module), torch.compile (_orig_mod),
// FullyShardedDataParallel and activation checkpointing.
const WRAPPERS = new Set(['module', '_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module']);

/** A name without the components of PyTorch's wrappers, at any depth: `module._orig_mod.layer1._orig_mod.0.bn1.bias` -> `layer1.0.bn1.bias`. */
export const withoutWrappers = (name: string): string =>
  name.includes('/')
    ? name
    : name
        .split('.')
        .filter((component) => !WRAPPERS.has(component))
        .join('.');

export const FOREIGN_NAMES: readonly ForeignNames[] = [...new Set(BACKBONES.flatMap((name) => backboneOf(name).foreignNames))];
const OWN_MODULES: readonly RegExp[] = [...new Set(BACKBONES.map((name) => backboneOf(name).modules))];

/** Whether a name, without prefix, is one of a backbone's own, of any depth. */
export const isOwnName = (name: string): boolean => OWN_MODULES.some((modules) => modules.test(name));

interface Candidate {
  prefix: string;
  fitting: number; // tensors that have the name and the shape of a wanted one
  recognised: number; // tensors with a name of any backbone
}

const MAX_COMPONENTS = 12; // of a prefix. More would take a time that grows with the square of a name's length.

/** Index of every start of a name without some of its first components, 0 first. Keras' paths stay whole. */
function suffixStarts(name: string): number[] {
  const starts = [0];
  if (name.includes('/')) return starts;
  for (let dot = name.indexOf('.'); dot >= 0 && starts.length <= MAX_COMPONENTS; dot = name.indexOf('.', dot + 1)) starts.push(dot + 1);
  return starts;
}

function candidates(tensors: readonly FileTensor[], wanted: Shapes): Candidate[] {
  const byPrefix = new Map<string, Candidate>();
  for (const { name, shape } of tensors)
    for (const start of suffixStarts(name)) {
      const suffix = name.slice(start);
      const translated = FOREIGN_NAMES.flatMap((foreign) => foreign.translate(suffix)?.name ?? []);
      const names = [suffix, ...translated];
      if (!translated.length && !isOwnName(suffix) && !wanted.has(suffix)) continue;
      const prefix = name.slice(0, start);
      const candidate = byPrefix.get(prefix) ?? { prefix, fitting: 0, recognised: 0 };
      byPrefix.set(prefix, candidate);
      candidate.recognised++;
      if (names.some((one) => wanted.has(one) && sameShape(shape, wanted.get(one)!))) candidate.fitting++;
    }
  return [...byPrefix.values()];
}

/**
 * The prefix (`backbone.body.`, `student.`, …) of the network in a file: the one under which most tensors have a wanted name and
 * shape, then most names of any backbone; '' if there is none. Throws AppError('bad-weights') where two prefixes fit completely.
 */
export function findPrefix(tensors: readonly FileTensor[], wanted: Shapes): string {
  const all = candidates(tensors, wanted).toSorted(
    (a, b) => b.fitting - a.fitting || b.recognised - a.recognised || a.prefix.length - b.prefix.length,
  );
  const complete = wanted.size ? all.filter(({ fitting }) => fitting === wanted.size).map(({ prefix }) => prefix) : [];
  if (complete.length > 1) {
    const found = complete.map((prefix) => (prefix === '' ? 'one without a prefix' : `one under "${prefix}"`));
    throw new AppError(
      'bad-weights',
      `The weights contain ${complete.length} complete networks: ${found.join(', ')}. Save the tensors of one network to a separate file, and choose that file.`,
      { prefixes: complete },
    );
  }
  return all[0]?.prefix ?? '';
}
