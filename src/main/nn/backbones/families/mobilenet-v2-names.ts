import type { AxisOrder, ForeignNames } from '../weight-names.ts';

const KERAS_LEAVES: Record<string, [leaf: string, axes: AxisOrder]> = {
  kernel: ['weight', 'HWIO'],
  depthwise_kernel: ['weight', 'HWC1'],
  gamma: ['weight', 'OIHW'],
  beta: ['bias', 'OIHW'],
  moving_mean: ['running_mean', 'OIHW'],
  moving_variance: ['running_var', 'OIHW'],
};
// Keras 3's .keras files number a layer's variables, and the converter to TF.js keeps the numbers (keras_h5_conversion.py,
// _convert_v3_group): a convolution's kernel is 0; a batch norm's gamma, beta, mean and variance are 0 to 3.
const NORM_LEAVES = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
const KERAS_STEM_AND_HEAD: Record<string, string> = { Conv1: '0.0', bn_Conv1: '0.1', Conv_1: '18.0', Conv_1_bn: '18.1' };

/** A second network in one session has numbered layers: Conv1_1, block_1_expand_2, Conv_1_bn_1 -> Conv1, block_1_expand, Conv_1_bn. */
const withoutNumber = (layer: string): string =>
  /^(Conv1|bn_Conv1|Conv_1|Conv_1_bn|(?:expanded_conv|block_\d+)_(?:expand|depthwise|project)(?:_BN)?)_\d+$/.exec(layer)?.[1] ?? layer;

/** keras.applications.MobileNetV2's layer -> torchvision's module. */
function kerasModule(layer: string): string | null {
  if (Object.hasOwn(KERAS_STEM_AND_HEAD, layer)) return `features.${KERAS_STEM_AND_HEAD[layer]}`;
  const [, block, part, norm] = /^(expanded_conv|block_\d+)_(expand|depthwise|project)(_BN)?$/.exec(layer) ?? [];
  if (!block || !part) return null;
  const isFirst = block === 'expanded_conv'; // the only block without an expansion convolution
  const index = isFirst ? 1 : Number(block.slice('block_'.length)) + 1;
  const group = { expand: '0.', depthwise: isFirst ? '0.' : '1.', project: '' }[part as 'expand' | 'depthwise' | 'project'];
  const conv = part === 'project' ? (isFirst ? 1 : 2) : 0;
  if (isFirst && part === 'expand') return null;
  return `features.${index}.conv.${group}${norm ? conv + 1 : conv}`;
}

/** The name of a layer's variable in Keras 2. Keras 3 calls a depthwise kernel `kernel`, or numbers the variables. */
function kerasLeaf(layer: string, leaf: string): string {
  const kernel = layer.endsWith('_depthwise') ? 'depthwise_kernel' : 'kernel';
  if (leaf === 'kernel') return kernel;
  if (!/^\d+$/.test(leaf)) return leaf;
  const variables = /_BN$|^bn_|_bn$/.test(layer) ? NORM_LEAVES : [kernel];
  return variables[Number(leaf)] ?? leaf;
}

export const kerasMobileNetV2: ForeignNames = {
  program: 'keras',
  areUsedIn: (names) => names.some((name) => /\/(kernel|depthwise_kernel|0)(:0)?$/.test(name)),
  modules: /^(.*\/)?(Conv1|bn_Conv1|Conv_1|expanded_conv_|block_\d+_)[^/]*\/[^/]+$/,
  translate(name) {
    const [, stored = '', variable = ''] = /^(?:.*\/)?([^/]+)\/([^/:]+)(?::0)?$/.exec(name) ?? [];
    const layer = withoutNumber(stored);
    const module = kerasModule(layer);
    const leaf = kerasLeaf(layer, variable);
    const translated = Object.hasOwn(KERAS_LEAVES, leaf) ? KERAS_LEAVES[leaf] : undefined;
    return module && translated ? { name: `${module}.${translated[0]}`, axes: translated[1] } : null;
  },
};

const TIMM_STEM_AND_HEAD: Record<string, string> = { conv_stem: '0.0', bn1: '0.1', conv_head: '18.0', bn2: '18.1' };
const TIMM_STAGES = [1, 2, 3, 4, 3, 3, 1]; // blocks per stage of MobileNetV2
const TIMM_FIRST_BLOCK: Record<string, string> = { conv_dw: '0.0', bn1: '0.1', conv_pw: '1', bn2: '2' };
const TIMM_OTHER_BLOCKS: Record<string, string> = { conv_pw: '0.0', bn1: '0.1', conv_dw: '1.0', bn2: '1.1', conv_pwl: '2', bn3: '3' };

/** timm's mobilenetv2_* module -> torchvision's module. */
function timmModule(module: string): string | null {
  if (Object.hasOwn(TIMM_STEM_AND_HEAD, module)) return `features.${TIMM_STEM_AND_HEAD[module]}`;
  const [, stage, block, part = ''] = /^blocks\.(\d+)\.(\d+)\.(\w+)$/.exec(module) ?? [];
  if (!stage || Number(block) >= (TIMM_STAGES[Number(stage)] ?? 0)) return null;
  const parts = stage === '0' ? TIMM_FIRST_BLOCK : TIMM_OTHER_BLOCKS;
  if (!Object.hasOwn(parts, part)) return null;
  const index = 1 + Number(block) + TIMM_STAGES.slice(0, Number(stage)).reduce((sum, n) => sum + n, 0);
  return `features.${index}.conv.${parts[part]}`;
}

export const timmMobileNetV2: ForeignNames = {
  program: 'timm',
  modules: /^(conv_stem|bn1|blocks|conv_head|bn2)\./,
  areUsedIn: (names) => names.includes('conv_stem.weight'),
  translate(name) {
    const [, module = '', leaf] = /^(.+)\.(weight|bias|running_mean|running_var)$/.exec(name) ?? [];
    const translated = leaf ? timmModule(module) : null;
    return translated ? { name: `${translated}.${leaf}`, axes: 'OIHW' } : null;
  },
};
