import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guessNetwork } from '../../../src/main/nn/weights/guess.ts';
import { matchNames, dataInOihw, shapeInOihw } from '../../../src/main/nn/weights/names.ts';
import type { ParamSpec } from '../../../src/main/nn/ir/tensor.ts';
import { randomTensors, errorOf, mobileNetV2Specs, residualSpecs } from './specs.ts';
import { toKerasWeights } from './tfjs-fixture.ts';

const shapesOf = (specs: readonly ParamSpec[], rename = (name: string): string => name): Map<string, readonly number[]> =>
  new Map(specs.map(({ name, shape }) => [rename(name), shape]));
const foundShapes = (found: ReadonlyMap<string, { shape: readonly number[] }>): Map<string, readonly number[]> =>
  new Map([...found].map(([name, { shape }]) => [name, shape]));

describe('order of axes', () => {
  const size = fc.integer({ min: 1, max: 5 });
  it('HWIO -> OIHW equals four nested loops', () => {
    fc.assert(
      fc.property(size, size, size, size, (H, W, I, O) => {
        const data = Float32Array.from({ length: H * W * I * O }, (_, i) => i);
        const ours = dataInOihw(data, [H, W, I, O], 'HWIO');
        expect(shapeInOihw([H, W, I, O], 'HWIO')).toEqual([O, I, H, W]);
        for (let h = 0; h < H; h++)
          for (let w = 0; w < W; w++)
            for (let i = 0; i < I; i++)
              for (let o = 0; o < O; o++) expect(ours[o * I * H * W + i * H * W + h * W + w]).toBe(data[h * W * I * O + w * I * O + i * O + o]);
      }),
    );
  });

  it('HWC1 -> C1HW equals three nested loops', () => {
    fc.assert(
      fc.property(size, size, size, (H, W, C) => {
        const data = Float32Array.from({ length: H * W * C }, (_, i) => i);
        const ours = dataInOihw(data, [H, W, C, 1], 'HWC1');
        expect(shapeInOihw([H, W, C, 1], 'HWC1')).toEqual([C, 1, H, W]);
        for (let h = 0; h < H; h++)
          for (let w = 0; w < W; w++) for (let c = 0; c < C; c++) expect(ours[c * H * W + h * W + w]).toBe(data[h * W * C + w * C + c]);
      }),
    );
  });

  it('a kernel of another rank keeps its shape, so that the shape check refuses it', () => expect(shapeInOihw([3, 3], 'HWIO')).toEqual([3, 3]));
});

describe('Keras MobileNetV2', () => {
  it.each([0.35, 1])('at width %d has all of our parameters, with kernels transposed', (width) => {
    const specs = mobileNetV2Specs(width);
    const { weights } = toKerasWeights(randomTensors(specs, 1));
    const matched = matchNames(new Map(weights.map(({ name, shape }) => [name, shape])));
    expect(matched.program).toBe('keras');
    expect(foundShapes(matched.found)).toEqual(shapesOf(specs));
    expect(matched.unexpected).toEqual([]);
  });

  it.each([
    ['Conv1/kernel', 'features.0.0.weight', 'HWIO'],
    ['bn_Conv1/moving_variance', 'features.0.1.running_var', 'OIHW'],
    ['expanded_conv_depthwise/depthwise_kernel', 'features.1.conv.0.0.weight', 'HWC1'],
    ['expanded_conv_depthwise_BN/beta', 'features.1.conv.0.1.bias', 'OIHW'],
    ['expanded_conv_project/kernel', 'features.1.conv.1.weight', 'HWIO'],
    ['expanded_conv_project_BN/gamma', 'features.1.conv.2.weight', 'OIHW'],
    ['block_1_expand/kernel', 'features.2.conv.0.0.weight', 'HWIO'],
    ['block_1_expand_BN/gamma', 'features.2.conv.0.1.weight', 'OIHW'],
    ['block_16_depthwise/depthwise_kernel', 'features.17.conv.1.0.weight', 'HWC1'],
    ['block_16_depthwise_BN/moving_mean', 'features.17.conv.1.1.running_mean', 'OIHW'],
    ['block_16_project/kernel:0', 'features.17.conv.2.weight', 'HWIO'],
    ['mobilenetv2_0.35_224/block_16_project_BN/beta', 'features.17.conv.3.bias', 'OIHW'],
    ['Conv_1/kernel', 'features.18.0.weight', 'HWIO'],
    ['Conv_1_bn/beta', 'features.18.1.bias', 'OIHW'],
  ])('%s is %s', (from, ours, axes) => {
    const { found } = matchNames(
      new Map([
        [from, [1, 1, 1, 1]],
        ['block_3_expand/kernel', [1, 1, 1, 1]],
      ]),
    );
    expect(found.get(ours)).toMatchObject({ from, axes });
  });

  it('leaves out a classifier and reports layers of other networks', () => {
    const { found, unexpected } = matchNames(
      new Map([
        ['Conv1/kernel', [3, 3, 3, 16]],
        ['Logits/kernel', [1280, 1000]],
        ['predictions/bias', [1000]],
        ['conv_dw_1/depthwise_kernel', [3, 3, 8, 1]],
        ['expanded_conv_expand/kernel', [1, 1, 8, 8]],
        ['Conv1/strange', [3]],
      ]),
    );
    expect([...found.keys()]).toEqual(['features.0.0.weight']);
    expect(unexpected).toEqual(['conv_dw_1/depthwise_kernel', 'expanded_conv_expand/kernel', 'Conv1/strange']);
  });
});

describe('timm', () => {
  /** timm's own order of building: stages of [1, 2, 3, 4, 3, 3, 1] blocks. */
  const timmName = (name: string): string => {
    const [, index = '', rest = ''] = /^features\.(\d+)\.(.+)$/.exec(name)!;
    const leaf = rest.split('.').pop()!;
    const at = Number(index);
    const norm = (n: number): string => `bn${n}.${leaf}`;
    if (at === 0) return rest.startsWith('0.') ? 'conv_stem.weight' : norm(1);
    if (at === 18) return rest.startsWith('0.') ? 'conv_head.weight' : norm(2);
    let stage = 0;
    let block = at - 1;
    for (const blocks of [1, 2, 3, 4, 3, 3, 1]) {
      if (block < blocks) break;
      block -= blocks;
      stage++;
    }
    const convs = stage === 0 ? ['conv_dw', 'conv_pw'] : ['conv_pw', 'conv_dw', 'conv_pwl'];
    const [step, inner, end] = rest.slice('conv.'.length).split('.');
    const last = convs.length - 1;
    const order = Number(step) < last ? 2 * Number(step) + Number(inner) : 2 * last + (Number(step) - last);
    expect(end === undefined || Number(step) < last).toBe(true);
    return `blocks.${stage}.${block}.${order % 2 ? norm((order + 1) / 2) : `${convs[order / 2]}.weight`}`;
  };

  it('mobilenetv2_100 has all of our parameters; its classifier is ignored', () => {
    const specs = mobileNetV2Specs(1);
    const file = new Map([...shapesOf(specs, timmName), ['classifier.weight', [1000, 1280]], ['classifier.bias', [1000]]]);
    const matched = matchNames(file, shapesOf(specs));
    expect(matched.program).toBe('timm');
    expect(foundShapes(matched.found)).toEqual(shapesOf(specs));
    expect(matched.unexpected).toEqual([]);
  });

  it.each([
    ['blocks.0.0.conv_dw.weight', 'features.1.conv.0.0.weight'],
    ['blocks.0.0.bn2.bias', 'features.1.conv.2.bias'],
    ['blocks.1.0.conv_pw.weight', 'features.2.conv.0.0.weight'],
    ['blocks.3.3.bn2.running_mean', 'features.10.conv.1.1.running_mean'],
    ['blocks.6.0.conv_pwl.weight', 'features.17.conv.2.weight'],
    ['blocks.6.0.bn3.weight', 'features.17.conv.3.weight'],
    ['bn2.running_var', 'features.18.1.running_var'],
  ])('%s is %s', (from, ours) => {
    expect(
      matchNames(
        new Map([
          ['conv_stem.weight', [32, 3, 3, 3]],
          [from, [1]],
        ]),
      ).found.get(ours)?.from,
    ).toBe(from);
  });

  it('a deeper network has unexpected blocks', () => {
    const extra = ['blocks.1.2.conv_pw.weight', 'blocks.7.0.conv_pw.weight', 'blocks.1.0.se.conv_reduce.weight'];
    expect(matchNames(new Map(['conv_stem.weight', ...extra].map((name) => [name, [1]]))).unexpected).toEqual(extra);
  });
});

describe('torchvision', () => {
  const specs = residualSpecs([2, 2, 2, 2], false);
  const heads = new Map([
    ['fc.weight', [1000, 512]],
    ['fc.bias', [1000]],
    ['bn1.num_batches_tracked', []],
  ]);

  it.each(['', 'backbone.', 'module.', 'model.', 'encoder.', 'module.backbone.', 'model.encoder.'])(
    'names are unchanged behind the prefix "%s"',
    (prefix) => {
      for (const headPrefix of ['', prefix]) {
        const file = new Map([
          ...shapesOf(specs, (name) => prefix + name),
          ...[...heads].map(([name, shape]) => [headPrefix + name, shape] as const),
        ]);
        const matched = matchNames(file, shapesOf(specs));
        expect(foundShapes(matched.found)).toEqual(shapesOf(specs));
        expect(matched.unexpected).toEqual([]);
      }
    },
  );

  it('tensors without the backbone’s prefix belong to other parts', () => {
    const file = new Map([...shapesOf(specs, (name) => `backbone.${name}`), ['neck.weight', [1]], ['conv1.weight', [1]]]);
    const matched = matchNames(file, shapesOf(specs));
    expect(foundShapes(matched.found)).toEqual(shapesOf(specs));
    expect(matched.unexpected).toEqual([]);
  });

  it('the backbone’s own names are never mistaken for a prefix or a classifier', () => {
    const own = new Map([
      ['encoder.0.weight', [1]],
      ['head.weight', [2]],
    ]);
    expect(foundShapes(matchNames(own, own).found)).toEqual(own);
  });

  it('two tensors of one name are refused', async () => {
    const file = new Map([
      ['Conv1/kernel', [3, 3, 3, 16]],
      ['Conv1/kernel:0', [3, 3, 3, 16]],
    ]);
    expect((await errorOf(() => matchNames(file), 'bad-weights')).message).toContain('features.0.0.weight');
  });
});

describe('guessNetwork', () => {
  const guess = (specs: ParamSpec[]): string | null => guessNetwork(new Map(specs.map((spec) => [spec.name, spec])));
  it.each([
    ['resnet18', residualSpecs([2, 2, 2, 2], false)],
    ['resnet34', residualSpecs([3, 4, 6, 3], false)],
    ['resnet50', residualSpecs([3, 4, 6, 3], true)],
    ['resnet101', residualSpecs([3, 4, 23, 3], true)],
    ['a wider resnet101', residualSpecs([3, 4, 23, 3], true, 128)],
    ['mobilenet_v2', mobileNetV2Specs(1)],
    ['mobilenet_v2_035', mobileNetV2Specs(0.35)],
    ['a MobileNetV2 of another width', mobileNetV2Specs(0.5)],
    ['a wider resnet50', residualSpecs([3, 4, 6, 3], true, 128)],
    [null, [{ name: 'blocks.0.attn.qkv.weight', shape: [1], kind: 'weight' }]],
    [null, residualSpecs([1, 1, 1, 1], false)],
  ] as [string | null, ParamSpec[]][])('%s', (name, specs) => expect(guess(specs)).toBe(name));
});
