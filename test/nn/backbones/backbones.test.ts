import { describe, expect, test } from 'vitest';
import { backboneOf } from '../../../src/main/nn/backbones/index.ts';
import { producers, type SourceProgram } from '../../../src/main/nn/ir/program.ts';
import type { Value } from '../../../src/main/nn/ir/value.ts';
import { backboneParams, layerNames, layerTask, type SiameseSpec, trainableNames } from '../../../src/main/nn/siamese.ts';
import { guessNetwork } from '../../../src/main/nn/weights/guess.ts';
import { BACKBONE_INFO, isFitted, NETWORKS } from '../../../src/shared/backbones.ts';

describe.each(NETWORKS)('%s', (backbone) => {
  const spec: SiameseSpec = { backbone, flavour: 'torch', size: BACKBONE_INFO[backbone].smallest, dim: 2 };

  test('at its smallest size every layer gives a feature map on the way to the embedding', () => {
    for (const layer of layerNames(backbone)) {
      const { program, outputs } = layerTask(spec, layer, 2);
      expect(outputs.features.shape, layer).toHaveLength(4);
      expect(Math.min(...outputs.features.shape), layer).toBeGreaterThan(0);
      expect(dependsOn(program, outputs.embedding, outputs.features), layer).toBe(true);
    }
  });

  test('its layers have different names', () => {
    expect(new Set(layerNames(backbone)).size).toBe(layerNames(backbone).length);
  });

  test.skipIf(isFitted(backbone))("scope 'last-stage' trains a part of it, from feature maps that are smaller than the images", () => {
    const { blocks, lastStage } = backboneOf(backbone);
    expect(lastStage).toBeGreaterThan(0);
    expect(lastStage).toBeLessThan(blocks.length);
    const last = trainableNames(spec, 'last-stage');
    expect(trainableNames(spec, 'all')).toEqual(expect.arrayContaining(last));
    expect(last.length).toBeLessThan(trainableNames(spec, 'all').length);
    const boundary = layerTask(spec, blocks[lastStage - 1]!.name, 2).outputs.features;
    expect(boundary.shape[2]).toBeLessThan(spec.size);
  });

  test('weights under its parameter names are recognised as its own', () => {
    expect(guessNetwork(new Map(backboneParams(spec).map((p) => [p.name, p])))).toBe(backbone);
  });
});

function dependsOn(program: SourceProgram, value: Value, source: Value): boolean {
  const makers = producers(program);
  const seen = new Set<Value>(); // a network with shortcuts has more paths than could be followed one by one
  const reaches = (v: Value): boolean => v === source || (!seen.has(v) && (seen.add(v), makers.get(v)?.inputs.some(reaches) ?? false));
  return reaches(value);
}
