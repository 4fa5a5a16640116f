import { describe, expect, test } from 'vitest';
import { BACKBONE_INFO, isFitted, NETWORKS } from '../../../src/shared/backbones.ts';
import { onnxEngine } from '../../../src/main/nn/engines/onnx.ts';
import { redraw, stagesFromTop, statisticsTask } from '../../../src/main/nn/explain/redraw.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import { siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import { hashed } from '../reference.ts';

const SPEC: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 32, dim: 2 };

describe('the stages of a network', () => {
  test.each(NETWORKS)('%s: from the last layer of the head down, every tensor in one stage', (backbone) => {
    const spec: SiameseSpec = { backbone, flavour: 'torch', size: 2 * BACKBONE_INFO[backbone].smallest, dim: 3 };
    const stages = stagesFromTop(spec);
    expect(stages.slice(0, 2).map(({ name }) => name)).toEqual(['fc.2', 'fc.0']);
    const names = stages.flatMap(({ params }) => params.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual(
      siameseParams(spec)
        .map(({ name }) => name)
        .toSorted(),
    );
    const backbonePart = stages.slice(2);
    expect(backbonePart.length).toBeGreaterThan(isFitted(backbone) ? 0 : 2);
    expect(backbonePart.every(({ blocks, params }) => blocks.length > 0 && params.length > 0)).toBe(true);
  });

  test('a transformer has stages of four blocks, because all its layers have one size', () => {
    const names = stagesFromTop({ ...SPEC, backbone: 'dinov2_vits14', size: 28 }).map(({ name }) => name);
    expect(names).toEqual(['fc.2', 'fc.0', 'blocks.8 to blocks.11', 'blocks.4 to blocks.7', 'blocks.0 to blocks.3', 'patch_embed']);
  });

  test('compact: blocks of one size belong together', () => {
    expect(stagesFromTop(SPEC).map(({ name }) => name)).toEqual(['fc.2', 'fc.0', 'stage2 to stage3', 'stage1', 'stem']);
  });
});

describe('redrawn weights', () => {
  const params = initialTensors(siameseParams(SPEC), 1);
  const stages = stagesFromTop(SPEC);

  test('are those of a new network in the given stages only; without stages nothing changes', () => {
    expect(redraw(params, [], 7)).toEqual(params);
    const [top, , last] = stages;
    const redrawn = redraw(params, [top!, last!], 7);
    const changed = [...params.keys()].filter((name) => redrawn.get(name)!.data.some((value, i) => value !== params.get(name)!.data[i]));
    expect(changed.toSorted()).toEqual(['backbone.stage2.conv.weight', 'backbone.stage3.conv.weight', 'fc.2.weight']); // the rest starts at constants
    expect(redraw(params, [top!], 8).get('fc.2.weight')).not.toEqual(redrawn.get('fc.2.weight'));
  });

  test('get the statistics of their images, where layers below keep theirs', async () => {
    expect(statisticsTask(SPEC, stages.slice(0, 2), 2)).toBeNull(); // the head has no batch norm
    const task = statisticsTask(SPEC, stages.slice(0, 3), 2)!;
    const names = ['stage2', 'stage3'].flatMap((block) => ['running_mean', 'running_var'].map((name) => `backbone.${block}.norm.${name}`));
    expect(Object.keys(task.outputs)).toEqual(names);
    // A stem with statistics of its own: the second layer sees features that depend on them.
    const shifted = new Map([...params, ['backbone.stem.norm.running_mean', { shape: [16], data: new Float32Array(16).fill(0.3) }]]);
    const images = Float32Array.from(hashed('image1', 2 * 3 * 32 ** 2));
    const meansOf = async (weights: typeof params): Promise<Float32Array> => {
      const program = await onnxEngine('cpu').compile(task, weights);
      const found = await program.run({ images });
      await program.dispose();
      return found[names[0]!]!;
    };
    const [one, other] = [await meansOf(params), await meansOf(shifted)];
    expect(one).toHaveLength(64);
    expect(Math.max(...one.map((value, i) => Math.abs(value - other[i]!)))).toBeGreaterThan(1e-3);
  });
});
