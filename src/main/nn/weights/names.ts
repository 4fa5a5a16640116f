import { AppError } from '../../../shared/errors.ts';
import type { AxisOrder, ForeignNames } from '../backbones/weight-names.ts';
import { sizeOf } from '../ir/tensor.ts';
import { type FileTensor, findPrefix, FOREIGN_NAMES, isOwnName, type Shapes, withoutWrappers } from './prefix.ts';

/** The tensor of a file from which a parameter is read. */
export interface StoredTensor {
  from: string; // its name in the file
  axes: AxisOrder; // in the file
  shape: readonly number[]; // in OIHW
}
export interface MatchedNames {
  program: ForeignNames['program'] | 'torchvision'; // the program whose names the file uses
  found: Map<string, StoredTensor>; // by the backbone's own name
  unexpected: string[]; // names in the file that belong neither to a backbone nor to a head
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

const CLASSIFIER = /^(classifier|fc|head)\.|^(.*\/)?(Logits|predictions)\//;

/** Mean or deviation of the input's three channels. A network with such a layer expects other values than its preprocessing here gives. */
const normalizesInput = (name: string, shape: readonly number[]): boolean =>
  sizeOf(shape) === 3 && /(?<!running_|moving_)(mean|std|variance|var)$|(^|[./])normali[sz]/i.test(name);

/**
 * Whether a tensor that no parameter is read from follows the backbone: matrices, vectors and counters of a classifier, a
 * projection or an optimizer. A kernel with more axes is a layer of another network, unless it is a classifier's by name.
 */
function belongsToHead(name: string, shape: readonly number[], foreign: ForeignNames | null): boolean {
  if (CLASSIFIER.test(name) || name.endsWith('.num_batches_tracked')) return true;
  const isInBackbone = foreign ? foreign.modules.test(name) : isOwnName(name);
  return shape.length <= 2 && !isInBackbone && !normalizesInput(name, shape);
}

/** The foreign names that translate most of a file's tensors, among those used in it; null where the file uses the backbone's own names. */
function foreignNamesOf(names: readonly string[]): ForeignNames | null {
  const countTranslated = (foreign: ForeignNames): number => names.filter((name) => foreign.translate(name)).length;
  return FOREIGN_NAMES.filter((foreign) => foreign.areUsedIn(names)).toSorted((a, b) => countTranslated(b) - countTranslated(a))[0] ?? null;
}

const translateOwn = (name: string, wanted: Shapes): { name: string; axes: AxisOrder } | null =>
  wanted.has(name) || isOwnName(name) ? { name, axes: 'OIHW' } : null;

/**
 * Finds the tensor of a file for each of the backbone's names, whichever program wrote the file. `entries`: shapes in the file, by
 * name. `wanted`: shapes of the requested backbone's parameters; such a name is never taken for a classifier's. Wrappers of PyTorch
 * and a prefix are removed; heads, num_batches_tracked and tensors without the prefix (a decoder, a detector) are ignored.
 * Throws AppError('bad-weights') where two tensors translate to the same name, or two prefixes fit.
 */
export function matchNames(entries: Shapes, wanted: Shapes = new Map()): MatchedNames {
  const all: FileTensor[] = [...entries].map(([from, shape]) => ({ from, shape, name: wanted.has(from) ? from : withoutWrappers(from) }));
  const prefix = findPrefix(all, wanted);
  const isInside = ({ name }: FileTensor): boolean => name.startsWith(prefix);
  const inside = all.filter(isInside).map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
  const foreign = foreignNamesOf(inside.map(({ name }) => name));
  const found = new Map<string, StoredTensor>();
  const unexpected: string[] = [];
  for (const { from, name, shape } of inside) {
    const isHead = !wanted.has(name) && belongsToHead(name, shape, foreign);
    if (isHead) continue;
    const translated = foreign ? foreign.translate(name) : translateOwn(name, wanted);
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
    found.set(translated.name, { from, axes: translated.axes, shape: shapeInOihw(shape, translated.axes) });
  }
  unexpected.push(...all.filter((tensor) => !isInside(tensor) && normalizesInput(tensor.name, tensor.shape)).map(({ from }) => from));
  return { program: foreign?.program ?? 'torchvision', found, unexpected };
}
