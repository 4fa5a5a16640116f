import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { initialTensors } from '../../src/main/nn/initialise.ts';
import { BACKBONE_PREFIX, backboneParams, featuresTask, layerNames, layerTask, siameseParams, type SiameseSpec } from '../../src/main/nn/siamese.ts';
import { loadWeights } from '../../src/main/nn/weights/load.ts';
import { ENGINES } from './engines.ts';
import { hashed, readFixture, relativeError } from './reference.ts';

interface Reference {
  featureShape: number[];
  featureMean: number;
  featureNorm: number;
  featureFirst: number[];
  pooledFirst: number[];
}

const spec: SiameseSpec = { backbone: 'mobilenet_v2_035', flavour: 'keras', size: 224, dim: 2 };

const WEIGHTS = resolve('..', 'shared', 'weights', 'mobilenet_v2_035_224'); // Google's, not part of the project

test.skipIf(!existsSync(WEIGHTS)).each(ENGINES)(
  'the trained MobileNetV2 0.35 has its published features, on $title (needs ../shared/weights/mobilenet_v2_035_224)',
  async ({ open }) => {
    const expected = readFixture<Reference>('mobilenet_v2_035_parity.json');
    const { tensors, info } = await loadWeights(WEIGHTS, {
      backbone: spec.backbone,
      params: backboneParams(spec),
    });
    expect(info.flavour).toBe('keras');
    const params = initialTensors(siameseParams(spec), 1);
    for (const [name, tensor] of tensors) params.set(BACKBONE_PREFIX + name, tensor);
    const images = Float32Array.from(hashed('image1', 3 * 224 * 224));
    const engine = await open();

    const last = await engine.compile(layerTask(spec, layerNames(spec.backbone).at(-1)!, 1), params);
    const features = (await last.run({ images })).features!;
    expect(features.length).toBe(expected.featureShape.reduce((n, d) => n * d, 1));
    const mean = features.reduce((s, v) => s + v, 0) / features.length;
    const norm = Math.sqrt(features.reduce((s, v) => s + v * v, 0));
    expect(Math.abs(mean / expected.featureMean - 1)).toBeLessThan(1e-3);
    expect(Math.abs(norm / expected.featureNorm - 1)).toBeLessThan(1e-3);
    expect(relativeError(features.slice(0, expected.featureFirst.length), expected.featureFirst)).toBeLessThan(1e-3);

    const pooled = await engine.compile(featuresTask(spec, 'pooled', 1), params);
    const { features: means } = await pooled.run({ images });
    expect(relativeError(means!.slice(0, expected.pooledFirst.length), expected.pooledFirst)).toBeLessThan(1e-3);
    await last.dispose();
    await pooled.dispose();
  },
);
