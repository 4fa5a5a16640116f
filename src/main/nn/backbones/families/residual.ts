import { relu } from '../../functional/activations.ts';
import type { Value } from '../../ir/value.ts';
import { type Backbone, type Block, outputIsMap, type Recognised } from '../backbone.ts';
import type { Builder } from '../builder.ts';
import type { StoredShapes } from '../weight-names.ts';
import { sequentialResidual } from './residual-names.ts';

interface Architecture {
  block: 'basic' | 'bottleneck';
  depths: readonly number[]; // blocks per stage
}

/** Deeper networks of He et al. 2016 that Twinlens doesn't have. They are recognised so that errors about their weights can name them. */
const DEEPER: Readonly<Record<string, Architecture>> = {
  resnet101: { block: 'bottleneck', depths: [3, 4, 23, 3] },
  resnet152: { block: 'bottleneck', depths: [3, 8, 36, 3] },
};

const MODULES = /^(conv1|bn1|layer\d+)\./;

interface Residual {
  name: string; // e.g. layer2.0
  planes: number; // channels of the 3x3 convolution
  stride: number;
  project: boolean; // the shortcut needs a 1x1 convolution
}

/** He et al. 2016, with the stride in the 3x3 convolution (torchvision's "v1.5") and torchvision's parameter names, which timm shares. */
export function residualNetwork(architecture: Architecture): Backbone {
  const { depths } = architecture;
  const expansion = architecture.block === 'basic' ? 1 : 4;
  const residual = architecture.block === 'basic' ? basic : bottleneck;
  const blocks: Block[] = [{ name: 'stem', build: stem }];
  let channels = 64;
  let lastStage = 0;
  depths.forEach((depth, stage) => {
    const planes = 64 << stage;
    if (stage === depths.length - 1) lastStage = blocks.length;
    for (let i = 0; i < depth; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const shape: Residual = { name: `layer${stage + 1}.${i}`, planes, stride, project: i === 0 && (stride > 1 || channels !== planes * expansion) };
      blocks.push({ name: shape.name, build: (b, x, p) => residual(b, x, p + shape.name, shape) });
      channels = planes * expansion;
    }
  });
  return {
    blocks,
    lastStage,
    detailLayers: [`layer3.${depths[2]! - 1}`, `layer2.${depths[1]! - 1}`], // stride 16 and 8
    featureMap: outputIsMap,
    foreignNames: [sequentialResidual],
    modules: MODULES,
    recognise: (stored, name) => recogniseByDepths(stored, name, architecture) ?? recogniseDeeper(stored),
  };
}

function stem(b: Builder, x: Value, prefix: string): Value {
  const y = b.convNorm(x, { conv: `${prefix}conv1`, norm: `${prefix}bn1`, out: 64, kernel: 7, stride: 2, activation: 'relu' });
  return b.program.maxPool(y, { kernel: 3, stride: 2, pad: 1 });
}

function basic(b: Builder, x: Value, name: string, o: Residual): Value {
  const y = b.convNorm(x, { conv: `${name}.conv1`, norm: `${name}.bn1`, out: o.planes, kernel: 3, stride: o.stride, activation: 'relu' });
  const z = b.convNorm(y, { conv: `${name}.conv2`, norm: `${name}.bn2`, out: o.planes, kernel: 3, stride: 1, activation: null });
  return addShortcut(b, z, shortcut(b, x, name, o, o.planes));
}

function bottleneck(b: Builder, x: Value, name: string, o: Residual): Value {
  const out = o.planes * 4;
  const y = b.convNorm(x, { conv: `${name}.conv1`, norm: `${name}.bn1`, out: o.planes, kernel: 1, stride: 1, activation: 'relu' });
  const z = b.convNorm(y, { conv: `${name}.conv2`, norm: `${name}.bn2`, out: o.planes, kernel: 3, stride: o.stride, activation: 'relu' });
  const w = b.convNorm(z, { conv: `${name}.conv3`, norm: `${name}.bn3`, out, kernel: 1, stride: 1, activation: null });
  return addShortcut(b, w, shortcut(b, x, name, o, out));
}

function shortcut(b: Builder, x: Value, name: string, o: Residual, out: number): Value {
  if (!o.project) return x;
  return b.convNorm(x, { conv: `${name}.downsample.0`, norm: `${name}.downsample.1`, out, kernel: 1, stride: o.stride, activation: null });
}

const addShortcut = (b: Builder, y: Value, x: Value): Value => relu(b.program, b.program.add(y, x));

/** Recognises a network by its blocks per stage. The 3x3 convolution of a bottleneck also distinguishes wide and grouped networks. */
function recogniseByDepths(stored: StoredShapes, name: string, { block, depths }: Architecture): Recognised | null {
  if (stored.has('layer1.0.conv3.weight') !== (block === 'bottleneck')) return null;
  if (depths.some((depth, stage) => countBlocks(stored, `layer${stage + 1}`) !== depth)) return null;
  if (block === 'basic') return { exact: true, network: name };
  const [width, inputs] = stored.get('layer1.0.conv2.weight')?.shape ?? [];
  if (width === 64 && inputs === 64) return { exact: true, network: name };
  return { exact: false, network: width === inputs ? `a wider ${name}` : `a grouped ${name} (ResNeXt)` };
}

function recogniseDeeper(stored: StoredShapes): Recognised | null {
  for (const [name, architecture] of Object.entries(DEEPER)) {
    const found = recogniseByDepths(stored, name, architecture);
    if (found) return { ...found, exact: false };
  }
  return null;
}

const countBlocks = (stored: StoredShapes, stage: string): number =>
  new Set([...stored.keys()].filter((name) => name.startsWith(`${stage}.`)).map((name) => name.split('.')[1])).size;
