import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackboneName } from '../../../src/shared/backbones.ts';
import { checkWeightsFile, loadWeights } from '../../../src/main/nn/weights/load.ts';
import { writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import type { ParamSpec, TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { KERAS_NAMES, ones, PREFIXES, renamed, sequentialName, shardName, TEACHABLE_HEAD, writeKeras, writeShards } from './foreign-files.ts';
import { errorOf, mobileNetV2Specs, randomTensors, residualSpecs, resnet18Specs, scratchFolder } from './specs.ts';

const folder = scratchFolder();
const resnet = { backbone: 'resnet18' as const, params: resnet18Specs() };
const tensors = randomTensors(resnet.params, 5);
const mobile = { backbone: 'mobilenet_v2_035' as const, params: mobileNetV2Specs(0.35) };
const mobileTensors = randomTensors(mobile.params, 6);
const path = join(folder, 'weights.safetensors');

interface Network {
  backbone: BackboneName;
  params: readonly ParamSpec[];
}
function save(...maps: TensorMap[]): string {
  writeSafetensors(path, new Map(maps.flatMap((map) => [...map])));
  return path;
}
const expectLoaded = async (file: string, network: Network, expected: TensorMap): Promise<void> =>
  expect((await loadWeights(file, network)).tensors).toEqual(expected);
const messageOf = async (file: string, network: Network): Promise<string> => (await errorOf(() => loadWeights(file, network), 'bad-weights')).message;

describe('PyTorch names behind a prefix', () => {
  it.each(PREFIXES)('"%s"', async (prefix) => {
    await expectLoaded(save(renamed(tensors, (name) => prefix + name)), resnet, tensors);
  });

  it.each(['', 'features.', 'module.backbone.', '0.'])(
    '"%s" before the children of a Sequential, with and without its classifier',
    async (prefix) => {
      const sequential = renamed(tensors, (name) => prefix + sequentialName(name));
      await expectLoaded(save(sequential), resnet, tensors);
      await expectLoaded(save(sequential, new Map([[`${prefix}9.weight`, ones(10, 32)]])), resnet, tensors);
      const deeper = randomTensors(residualSpecs([3, 4, 6, 3], false, 4), 5);
      expect(await messageOf(save(renamed(deeper, (name) => prefix + sequentialName(name))), resnet)).toContain('they are for resnet34');
    },
  );

  it('of torch.compile and DataParallel inside the network', async () => {
    const inside = renamed(tensors, (name) => `model.${name.replace(/^(layer\d)\./, '$1._orig_mod.module.')}`);
    await expectLoaded(save(inside), resnet, tensors);
  });

  it.each([
    [
      'a classifier of several layers and a projection',
      { 'net.fc.0.weight': ones(10, 8), 'net.projection.weight': ones(4, 8), 'net.fc.0.bias': ones(10) },
    ],
    ['a detector', { 'fpn.0.weight': ones(8, 8, 3, 3), 'rpn.head.conv.weight': ones(8, 8, 3, 3), 'roi.fc6.bias': ones(8) }],
    ['a momentum queue and a counter', { queue: ones(4, 32), queue_ptr: ones(1), n_averaged: ones() }],
  ] as [string, Record<string, ReturnType<typeof ones>>][])('beside %s', async (_, more) => {
    await expectLoaded(
      save(
        renamed(tensors, (name) => `net.${name}`),
        new Map(Object.entries(more)),
      ),
      resnet,
      tensors,
    );
  });

  it.each([
    ['student.backbone.', 'teacher.backbone.', ''],
    ['encoder_k.', 'encoder_q.', 'module.'], // as MoCo saves it
  ])('twice: two complete networks are refused with both prefixes, %s and %s', async (first, second, wrapper) => {
    const two = [first, second].map((prefix) => renamed(tensors, (name) => `${wrapper}${prefix}${name}`));
    expect(await messageOf(save(...two), resnet)).toBe(
      `The weights contain 2 complete networks: one under "${first}", one under "${second}". Save the tensors of one network to a separate file, and choose that file.`,
    );
  });

  it.each([
    ['another kernel inside the prefix', 'net.attention.conv.weight', ones(4, 4, 1, 1), 'net.attention.conv.weight [4, 4, 1, 1]'],
    ['a layer inside a stage', 'net.layer1.0.gate.bias', ones(4), 'net.layer1.0.gate.bias [4]'],
    ['means of the input', 'normalizer.mean', ones(3, 1, 1), 'normalizer.mean [3, 1, 1]'],
  ])('are refused with %s', async (_, name, tensor, first) => {
    const file = save(
      renamed(tensors, (one) => `net.${one}`),
      new Map([[name, tensor]]),
    );
    expect(await messageOf(file, resnet)).toContain(`they contain 1 tensor that it doesn't have, namely ${first}.`);
  });
});

describe('the first tensor that differs is named with both shapes', () => {
  it('in a file of another width behind a prefix', async () => {
    const wider = randomTensors(resnet18Specs(8), 5);
    expect(await messageOf(save(renamed(wider, (name) => `_orig_mod.${name}`)), resnet)).toContain(
      'the first is conv1.weight (_orig_mod.conv1.weight in the file), which is [8, 3, 7, 7] and should be [4, 3, 7, 7]',
    );
  });

  it('with a tensor missing behind a prefix', async () => {
    const rest = new Map([...tensors].filter(([name]) => name !== 'layer2.0.bn1.weight'));
    expect(await messageOf(save(renamed(rest, (name) => `net.${name}`)), resnet)).toContain(
      'These weights are not complete for resnet18: 1 of 100 tensors is missing, namely layer2.0.bn1.weight [8]',
    );
  });

  it('in a deeper network behind a prefix', async () => {
    const deeper = randomTensors(residualSpecs([3, 4, 6, 3], false, 4), 5);
    expect(await messageOf(save(renamed(deeper, (name) => `net.${name}`)), resnet)).toMatch(
      /the first is net\.layer1\.2\.\S+ \[[\d, ]+\]\. By their names and shapes they are for resnet34/,
    );
  });

  it('in a network of another kind', async () => {
    const file = save(new Map([['blocks.0.attn.qkv.weight', ones(9, 3)]]));
    expect(await messageOf(file, resnet)).toBe(
      'These weights are for another network than resnet18: 100 of 100 tensors are missing, the first is conv1.weight [4, 3, 7, 7]; the file begins with blocks.0.attn.qkv.weight [9, 3].',
    );
  });

  it('in a Keras model of another width', async () => {
    const file = writeKeras(join(folder, 'width'), randomTensors(mobileNetV2Specs(0.5), 2), KERAS_NAMES['Keras 3, numbered variables']!);
    expect(await messageOf(file, mobile)).toContain(
      // Sandler et al. 2018: 32 channels in the stem, times 0.5; 24 times 0.35 and 0.5, rounded to multiples of 8.
      'the first is features.2.conv.2.weight (block_1_project/0 in the file), which is [16, 48, 1, 1] and should be [8, 48, 1, 1]',
    );
  });
});

describe('MobileNetV2 of TF.js', () => {
  it.each(Object.entries(KERAS_NAMES))('by %s', async (_, nameOf) => {
    await expectLoaded(writeKeras(join(folder, 'keras'), mobileTensors, nameOf), mobile, mobileTensors);
  });

  it.each([
    ['Teachable Machine’s dense layers', TEACHABLE_HEAD],
    ['the seed of a dropout layer', [['dropout/seed_generator/seed_generator_state', [2], 'uint32']]],
    ['an optimizer’s counter', [['Adam/iter', [], 'int64']]],
    [
      'numbered dense layers',
      [
        ['dense_3/0', [1280, 7]],
        ['dense_3/1', [7]],
      ],
    ],
  ] as [string, [string, number[], string?][]][])('with %s', async (_, more) => {
    await expectLoaded(writeKeras(join(folder, 'head'), mobileTensors, KERAS_NAMES['Keras 2']!, more), mobile, mobileTensors);
  });

  it('is refused with a convolution after it, an input normalization, or two networks', async () => {
    const refused = (more: [string, number[], string?][]): Promise<string> =>
      messageOf(writeKeras(join(folder, 'more'), mobileTensors, KERAS_NAMES['Keras 2']!, more), mobile);
    expect(await refused([['conv2d/kernel', [1, 1, 1280, 8]]])).toContain('namely conv2d/kernel [1, 1, 1280, 8]');
    expect(await refused([['normalization/mean', [3]]])).toContain('namely normalization/mean [3]');
    expect(await refused([['Conv1_1/kernel', [3, 3, 3, 16]]])).toContain('Conv1/kernel and Conv1_1/kernel are both features.0.0.weight');
  });

  it('is read with a byte-order mark in model.json: UTF-8, UTF-16', async () => {
    const model = writeKeras(join(folder, 'bom'), mobileTensors, KERAS_NAMES['Keras 2']!);
    const text = `\ufeff${readFileSync(model, 'utf8')}`;
    for (const bytes of [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]) {
      writeFileSync(model, bytes);
      await expectLoaded(model, mobile, mobileTensors);
    }
  });
});

describe('safetensors in shards', () => {
  const sharded = join(folder, 'sharded');
  const index = writeShards(
    sharded,
    renamed(tensors, (name) => `model.${name}`),
    3,
  );

  it.each([
    ['the index', index],
    ['the folder', sharded],
    ['one of the shards', join(sharded, shardName(2, 3))],
  ])('are loaded by %s', async (_, given) => {
    await expectLoaded(given, resnet, tensors);
    checkWeightsFile(given, resnet);
  });

  it('with a byte-order mark in the index', async () => {
    const bom = writeShards(join(folder, 'bom-shards'), tensors, 2);
    writeFileSync(bom, `\ufeff${readFileSync(bom, 'utf8')}`);
    await expectLoaded(bom, resnet, tensors);
  });

  it('are refused without one of them, without the index, and with a damaged one', async () => {
    const at = join(folder, 'broken-shards');
    const broken = writeShards(at, tensors, 3);
    rmSync(join(at, shardName(3, 3)));
    expect(await messageOf(broken, resnet)).toBe(
      'model.safetensors.index.json is incomplete: its shard model-00003-of-00003.safetensors is missing. Put all files of the model into one folder.',
    );
    writeFileSync(join(at, shardName(3, 3)), 'x');
    expect(await messageOf(broken, resnet)).toContain('model-00003-of-00003.safetensors is broken');
    rmSync(broken);
    expect(await messageOf(join(at, shardName(1, 3)), resnet)).toBe(
      'model-00001-of-00003.safetensors is one of 3 shards, and model.safetensors.index.json is not beside it. Put all files of the model into one folder.',
    );
  });

  it.each([
    ['a shard outside the folder', { 'conv1.weight': '../../secret.safetensors' }, 'points outside its folder'],
    ['a tensor that its shard lacks', { nothing: shardName(1, 2) }, 'lists nothing in model-00001-of-00002.safetensors, which does not have it'],
    ['no text for a shard', { 'conv1.weight': 5 }, 'weight_map.conv1.weight'],
  ])('are refused with an index of %s', async (_, map, expected) => {
    const at = writeShards(join(folder, 'index'), tensors, 2);
    writeFileSync(at, JSON.stringify({ weight_map: map }));
    expect(await messageOf(at, resnet)).toContain(expected);
  });
});
