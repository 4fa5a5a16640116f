import { beforeAll, describe, expect, test } from 'vitest';
import { contrastive } from '../../../src/main/nn/losses/contrastive.ts';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { gradCamTask } from '../../../src/main/nn/explain/gradcam.ts';
import { BACKBONE_PREFIX, layerNames, siameseParams, type SiameseSpec, trainingTask } from '../../../src/main/nn/siamese.ts';
import type { BackboneName } from '../../../src/shared/backbones.ts';
import type { EngineUnderTest } from '../engines.ts';
import { filledTensors, hashed, norm, readFixture, relativeError } from '../reference.ts';

/** Numbers of a network in timm, from encoders_parity.json or small_encoders.json. */
export interface TimmCase {
  name: string;
  size: number; // px
  parameters: Record<string, number[]> | number; // timm's names and shapes, or how many
  featureShape: number[];
  featureMean: number;
  featureNorm: number;
  featureFirst: number[];
  embedding: number[][];
  distance: number[];
  signedMaps: { image1: number[][][]; image2: number[][][] };
  loss: number;
  gradNorm: Record<string, number>;
  gradFirst: Record<string, number[]>;
  gradNormGlobal: number;
}

export const TOLERANCE = 1e-3;

export const timmCase = (file: string, name: string): TimmCase => readFixture<{ cases: TimmCase[] }>(file).cases.find((one) => one.name === name)!;

export interface TimmInput {
  c: TimmCase;
  spec: SiameseSpec;
  params: TensorMap;
  images: Float32Array; // [4, 3, S, S]
}

/** The weights and images of a case. */
export function timmInput(c: TimmCase, backbone: BackboneName): TimmInput {
  const spec: SiameseSpec = { backbone, flavour: 'torch', size: c.size, dim: 2 };
  const image = (name: string): Float32Array => Float32Array.from(hashed(name, 2 * 3 * c.size ** 2), (u) => 1.5 * u);
  const params = filledTensors(siameseParams(spec), (name) => name.replace(BACKBONE_PREFIX, ''));
  return { c, spec, params, images: Float32Array.from([...image('image1'), ...image('image2')]) };
}

/** Tests features, embeddings, distances, signed maps, loss and gradients against timm's. */
export function testAgainstTimm(
  { title, open, isSlow }: EngineUnderTest,
  c: TimmCase,
  backbone: BackboneName,
  { isSmall = false, gradients = true } = {},
): void {
  describe(`${c.name} against timm, on ${title}`, () => {
    let engine: Engine;
    let input: TimmInput;
    beforeAll(async () => {
      engine = await open();
      input = timmInput(c, backbone);
    });

    test('features, embedding, distances and signed maps', async () => {
      const { spec, params, images } = input;
      const explain = await engine.compile(gradCamTask(spec, layerNames(backbone).at(-1)!, 2), params);
      const { features, embedding, distance, signedMap } = await explain.run({ images });
      const ofFirst = features!.slice(0, features!.length / 2);
      expect(ofFirst).toHaveLength(c.featureShape.reduce((n, d) => n * d, 1));
      expect(relativeError([ofFirst.reduce((sum, v) => sum + v, 0) / ofFirst.length], [c.featureMean])).toBeLessThan(TOLERANCE);
      expect(relativeError([norm(ofFirst)], [c.featureNorm])).toBeLessThan(TOLERANCE);
      expect(relativeError(ofFirst.slice(0, 12), c.featureFirst)).toBeLessThan(TOLERANCE);
      expect(relativeError(embedding!.slice(0, 4), c.embedding.flat())).toBeLessThan(TOLERANCE);
      expect(relativeError(distance!, c.distance)).toBeLessThan(TOLERANCE);
      expect(relativeError(signedMap!, [...c.signedMaps.image1.flat(2), ...c.signedMaps.image2.flat(2)])).toBeLessThan(TOLERANCE);
      await explain.dispose();
    });

    // In plain JavaScript a step of a whole network takes minutes.
    test.skipIf(!gradients || (isSlow && !isSmall))('loss and gradients', async () => {
      const { spec, params, images } = input;
      const optimizer = { name: 'sgd', weightDecay: 0, clipNorm: 0 } as const;
      const task = trainingTask(spec, { scope: 'all', batchNorm: 'frozen', loss: contrastive, margin: 2, optimizer }, 2);
      const step = await engine.compile(
        { program: task.program, outputs: { loss: task.loss }, gradients: { of: task.loss, wrt: task.trainable } },
        params,
      );
      const found = await step.run({ images, labels: Float32Array.of(0, 1) });
      const gradient = (name: string): Float32Array => found[`gradient:${BACKBONE_PREFIX}${name}`]!;
      expect(relativeError(found['loss']!, [c.loss])).toBeLessThan(TOLERANCE);
      for (const [name, expected] of Object.entries(c.gradNorm)) {
        expect.soft(Math.abs(norm(gradient(name)) - expected), name).toBeLessThan(TOLERANCE * expected + 1e-6 * c.gradNormGlobal);
      }
      for (const [name, expected] of Object.entries(c.gradFirst)) {
        expect.soft(relativeError(gradient(name).slice(0, expected.length), expected), name).toBeLessThan(TOLERANCE);
      }
      const all = task.trainable.map((name) => norm(found[`gradient:${name}`]!));
      expect(relativeError([norm(all)], [c.gradNormGlobal])).toBeLessThan(TOLERANCE);
      await step.dispose();
    });

    // A trainer lowers the step in another way, on some processors in blocked layout.
    test.skipIf(!isSmall)('a step of a trainer has the same loss and gradient', async () => {
      const { spec, params, images } = input;
      const optimizer = { name: 'sgd', weightDecay: 0, clipNorm: 0 } as const;
      const options = { scope: 'all', batchNorm: 'frozen', loss: contrastive, margin: 2, optimizer } as const;
      const trainer = await engine.trainer((samples) => trainingTask(spec, options, samples), new Map(), { params, slots: new Map(), step: 0 });
      const { loss, gradientNorm } = await trainer.step({ images, labels: Float32Array.of(0, 1) }, 2, 1e-3);
      expect(relativeError([loss], [c.loss])).toBeLessThan(TOLERANCE);
      expect(relativeError([gradientNorm], [c.gradNormGlobal])).toBeLessThan(TOLERANCE);
      await trainer.dispose();
    });
  });
}
