import { BACKBONES } from '../../../shared/backbones.ts';
import { AppError } from '../../../shared/errors.ts';
import { backboneOf } from '../backbones/index.ts';
import type { AxisOrder, ForeignNames } from '../backbones/weight-names.ts';

/** The tensor of a file from which a parameter is read. */
export interface StoredTensor {
  from: string; // its name in the file
  axes: AxisOrder; // in the file
  shape: readonly number[]; // in OIHW
}
export interface MatchedNames {
  program: ForeignNames['program'] | 'torchvision'; // the program whose names the file uses
  found: Map<string, StoredTensor>; // by the backbone's own name
  unexpected: string[]; // names in the file that belong to no backbone
}

// Axis i of OIHW is axis ORDER[axes][i] in the file.
const ORDER = { HWIO: [3, 2, 0, 1], HWC1: [2, 3, 0, 1] } as const;

/** A file's shape in OIHW. A shape without four axes is returned unchanged; verifyNames rejects it later. */
export function shapeInOihw(shape: readonly number[], axes: AxisOrder): readonly number[] {
  return axes === 'OIHW' || shape.length !== 4 ? shape : ORDER[axes].map((axis) => shape[axis]!);
}

/** Row-major data of a file's tensor -> row-major OIHW [out, in/groups, kh, kw]. `shape`: in the file. Data in OIHW are not copied. */
export function dataInOihw(data: Float32Array, shape: readonly number[], axes: AxisOrder): Float32Array {
  if (axes === 'OIHW') return data;
  const order = ORDER[axes];
  const strides = [shape[1]! * shape[2]! * shape[3]!, shape[2]! * shape[3]!, shape[3]!, 1];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const out = new Float32Array(data.length);
  let at = 0;
  for (let o = 0; o < n0; o++)
    for (let i = 0; i < n1; i++) for (let y = 0; y < n2; y++) for (let x = 0; x < n3; x++) out[at++] = data[o * s0 + i * s1 + y * s2 + x * s3]!;
  return out;
}

const PREFIXES = ['backbone.', 'module.', 'model.', 'encoder.'];
const CLASSIFIER = /^(classifier|fc|head)\.|^(.*\/)?(Logits|predictions)\//;

const isIgnorable = (name: string): boolean =>
  CLASSIFIER.test(name) ||
  name.endsWith('.num_batches_tracked') ||
  PREFIXES.some((prefix) => name.startsWith(prefix) && isIgnorable(name.slice(prefix.length)));

/** The prefix (`module.backbone.`, …) shared by all of the backbone's tensors; '' if there is none. */
function commonPrefix(names: readonly string[], wanted: ReadonlySet<string>): string {
  const backbone = names.filter((name) => wanted.has(name) || !isIgnorable(name));
  if (!backbone.length || backbone.some((name) => wanted.has(name))) return '';
  const prefix = PREFIXES.find((candidate) => backbone.every((name) => name.startsWith(candidate)));
  if (prefix === undefined) return '';
  const rest = backbone.map((name) => name.slice(prefix.length));
  return prefix + commonPrefix(rest, wanted);
}

const FOREIGN_NAMES: readonly ForeignNames[] = [...new Set(BACKBONES.flatMap((name) => backboneOf(name).foreignNames))];

/** The foreign names that translate most of a file's tensors, among those used in it; null where the file uses the backbone's own names. */
function foreignNamesOf(names: readonly string[]): ForeignNames | null {
  const countTranslated = (foreign: ForeignNames): number => names.filter((name) => foreign.translate(name)).length;
  return FOREIGN_NAMES.filter((foreign) => foreign.areUsedIn(names)).toSorted((a, b) => countTranslated(b) - countTranslated(a))[0] ?? null;
}

/**
 * Finds the tensor of a file for each of the backbone's names, whichever program wrote the file. `wanted`: parameters of the
 * requested backbone; such a name is never taken for a classifier's or stripped of a prefix. Classifiers and
 * num_batches_tracked are ignored. Throws AppError('bad-weights') where two tensors translate to the same name.
 */
export function matchNames(entries: ReadonlyMap<string, readonly number[]>, wanted: ReadonlySet<string> = new Set()): MatchedNames {
  const all = [...entries.keys()];
  const prefix = commonPrefix(all, wanted);
  const bare = all.map((from) => ({ from, name: from.startsWith(prefix) ? from.slice(prefix.length) : from }));
  const foreign = foreignNamesOf(bare.map(({ name }) => name));
  const found = new Map<string, StoredTensor>();
  const unexpected: string[] = [];
  for (const { from, name } of bare) {
    if (!wanted.has(name) && isIgnorable(name)) continue;
    const translated = foreign ? foreign.translate(name) : { name, axes: 'OIHW' as const };
    if (translated === null) {
      unexpected.push(from);
      continue;
    }
    const duplicate = found.get(translated.name);
    if (duplicate) {
      throw new AppError('bad-weights', `The weights contain the same tensor twice: ${duplicate.from} and ${from} are both ${translated.name}.`, {
        names: [duplicate.from, from],
      });
    }
    found.set(translated.name, { from, axes: translated.axes, shape: shapeInOihw(entries.get(from)!, translated.axes) });
  }
  return { program: foreign?.program ?? 'torchvision', found, unexpected };
}
