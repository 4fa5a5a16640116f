import { AppError } from '../../../shared/errors.ts';

/** How a tensor's axes stand in the file: as ours [out, in/groups, kh, kw], or as Keras has them. */
export type Layout = 'ours' | 'HWIO' | 'HWC1';

/** Where one of our tensors is found in a file. */
export interface Found {
  from: string; // its name in the file
  layout: Layout;
  shape: readonly number[]; // in our layout
}
export interface Adopted {
  convention: Convention;
  found: Map<string, Found>; // by our name
  unexpected: string[]; // names in the file that belong to no backbone we know
}
export type Convention = 'torchvision' | 'timm' | 'keras';

// Our axis i is the file's axis ORDER[layout][i].
const ORDER = { HWIO: [3, 2, 0, 1], HWC1: [2, 3, 0, 1] } as const;

/** The shape a tensor of the file has in our layout; a kernel that isn't four-dimensional keeps its shape, to be refused by it. */
export function shapeInOurs(shape: readonly number[], layout: Layout): readonly number[] {
  return layout === 'ours' || shape.length !== 4 ? shape : ORDER[layout].map((axis) => shape[axis]!);
}

/** Row-major data of a file's tensor [HWIO or HWC1] -> row-major [out, in/groups, kh, kw]; data that are ours already are returned as they are. */
export function dataInOurs(data: Float32Array, shape: readonly number[], layout: Layout): Float32Array {
  if (layout === 'ours') return data;
  const order = ORDER[layout];
  const strides = [shape[1]! * shape[2]! * shape[3]!, shape[2]! * shape[3]!, shape[3]!, 1];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const out = new Float32Array(data.length);
  let at = 0;
  for (let o = 0; o < n0; o++)
    for (let i = 0; i < n1; i++) for (let y = 0; y < n2; y++) for (let x = 0; x < n3; x++) out[at++] = data[o * s0 + i * s1 + y * s2 + x * s3]!;
  return out;
}

const KERAS_LEAF: Record<string, [leaf: string, layout: Layout]> = {
  kernel: ['weight', 'HWIO'],
  depthwise_kernel: ['weight', 'HWC1'],
  gamma: ['weight', 'ours'],
  beta: ['bias', 'ours'],
  moving_mean: ['running_mean', 'ours'],
  moving_variance: ['running_var', 'ours'],
};
const KERAS_ENDS: Record<string, string> = { Conv1: '0.0', bn_Conv1: '0.1', Conv_1: '18.0', Conv_1_bn: '18.1' };

/** keras.applications.MobileNetV2's layer names -> torchvision's modules. */
function kerasModule(layer: string): string | null {
  if (Object.hasOwn(KERAS_ENDS, layer)) return `features.${KERAS_ENDS[layer]}`;
  const [, block, part, norm] = /^(expanded_conv|block_\d+)_(expand|depthwise|project)(_BN)?$/.exec(layer) ?? [];
  if (!block || !part) return null;
  const first = block === 'expanded_conv'; // the only block without an expansion
  const index = first ? 1 : Number(block.slice('block_'.length)) + 1;
  const at = { expand: '0.', depthwise: first ? '0.' : '1.', project: '' }[part as 'expand' | 'depthwise' | 'project'];
  const conv = part === 'project' ? (first ? 1 : 2) : 0;
  if (first && part === 'expand') return null;
  return `features.${index}.conv.${at}${norm ? conv + 1 : conv}`;
}

function fromKeras(name: string): { name: string; layout: Layout } | null {
  const [, layer, leaf] = /^(?:.*\/)?([^/]+)\/([^/:]+)(?::0)?$/.exec(name) ?? [];
  const module = layer ? kerasModule(layer) : null;
  const ours = leaf && Object.hasOwn(KERAS_LEAF, leaf) ? KERAS_LEAF[leaf] : undefined;
  return module && ours ? { name: `${module}.${ours[0]}`, layout: ours[1] } : null;
}

const TIMM_ENDS: Record<string, string> = { conv_stem: '0.0', bn1: '0.1', conv_head: '18.0', bn2: '18.1' };
const TIMM_STAGES = [1, 2, 3, 4, 3, 3, 1]; // blocks of each of MobileNetV2's stages
const TIMM_FIRST: Record<string, string> = { conv_dw: '0.0', bn1: '0.1', conv_pw: '1', bn2: '2' };
const TIMM_BLOCK: Record<string, string> = { conv_pw: '0.0', bn1: '0.1', conv_dw: '1.0', bn2: '1.1', conv_pwl: '2', bn3: '3' };

/** timm's mobilenetv2_* names -> torchvision's. */
function fromTimm(name: string): string | null {
  const [, module = '', leaf] = /^(.+)\.(weight|bias|running_mean|running_var)$/.exec(name) ?? [];
  if (!leaf) return null;
  if (Object.hasOwn(TIMM_ENDS, module)) return `features.${TIMM_ENDS[module]}.${leaf}`;
  const [, stage, block, part = ''] = /^blocks\.(\d+)\.(\d+)\.(\w+)$/.exec(module) ?? [];
  if (!stage || Number(block) >= (TIMM_STAGES[Number(stage)] ?? 0)) return null;
  const parts = stage === '0' ? TIMM_FIRST : TIMM_BLOCK;
  if (!Object.hasOwn(parts, part)) return null;
  const index = 1 + Number(block) + TIMM_STAGES.slice(0, Number(stage)).reduce((sum, n) => sum + n, 0);
  return `features.${index}.conv.${parts[part]}.${leaf}`;
}

const PREFIXES = ['backbone.', 'module.', 'model.', 'encoder.'];
const CLASSIFIER = /^(classifier|fc|head)\.|^(.*\/)?(Logits|predictions)\//;

const isIgnorable = (name: string): boolean =>
  CLASSIFIER.test(name) ||
  name.endsWith('.num_batches_tracked') ||
  PREFIXES.some((prefix) => name.startsWith(prefix) && isIgnorable(name.slice(prefix.length)));

/** The wrappers' names (`module.backbone.`, …) that stand before every tensor of the backbone; '' where there are none. */
function commonPrefix(names: readonly string[], wanted: ReadonlySet<string>): string {
  const backbone = names.filter((name) => wanted.has(name) || !isIgnorable(name));
  if (!backbone.length || backbone.some((name) => wanted.has(name))) return '';
  const prefix = PREFIXES.find((candidate) => backbone.every((name) => name.startsWith(candidate)));
  if (prefix === undefined) return '';
  const rest = backbone.map((name) => name.slice(prefix.length));
  return prefix + commonPrefix(rest, wanted);
}

function conventionOf(names: readonly string[]): Convention {
  if (names.some((name) => /\/(kernel|depthwise_kernel)(:0)?$/.test(name))) return 'keras';
  return names.some((name) => /^conv_stem\.weight$/.test(name)) ? 'timm' : 'torchvision';
}

/**
 * Finds our (torchvision's) names for the tensors of a file. `wanted`: the names of the backbone that is asked for; they
 * are never taken for a classifier's or stripped of a prefix. Left aside without a word: classifiers and
 * num_batches_tracked. Throws AppError('bad-weights') where two tensors of the file have one of our names.
 */
export function adoptNames(entries: ReadonlyMap<string, readonly number[]>, wanted: ReadonlySet<string> = new Set()): Adopted {
  const all = [...entries.keys()];
  const prefix = commonPrefix(all, wanted);
  const bare = all.map((from) => ({ from, name: from.startsWith(prefix) ? from.slice(prefix.length) : from }));
  const convention = conventionOf(bare.map(({ name }) => name));
  const found = new Map<string, Found>();
  const unexpected: string[] = [];
  for (const { from, name } of bare) {
    if (!wanted.has(name) && isIgnorable(name)) continue;
    const translated = convention === 'keras' ? fromKeras(name) : convention === 'timm' ? fromTimm(name) : name;
    if (translated === null) {
      unexpected.push(from);
      continue;
    }
    const ours = typeof translated === 'string' ? { name: translated, layout: 'ours' as const } : translated;
    const twin = found.get(ours.name);
    if (twin) {
      throw new AppError('bad-weights', `These weights name one tensor twice: ${twin.from} and ${from} are both ${ours.name}.`, {
        names: [twin.from, from],
      });
    }
    found.set(ours.name, { from, layout: ours.layout, shape: shapeInOurs(entries.get(from)!, ours.layout) });
  }
  return { convention, found, unexpected };
}
