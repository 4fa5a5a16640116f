import { AppError } from '../../../src/shared/errors.ts';
import { describe, expect, test } from 'vitest';
import { configFor } from '../../../src/main/features/training/defaults.ts';
import type { TrainRequest } from '../../../src/shared/contract.ts';
import type { WeightsInfo } from '../../../src/shared/run.ts';
import { RunConfig } from '../../../src/shared/training-options/schemas.ts';
import { someConfig } from '../../db/records.ts';

const weights: WeightsInfo = {
  source: 'w',
  sha256: '0'.repeat(64),
  flavour: 'keras',
  preprocessing: { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
  licence: null,
};
const flips = { flipHorizontal: true, flipVertical: false, rotation: 0, crop: 0, colour: 0 };

function errorOf(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('expected an AppError');
}

describe('configFor', () => {
  test('a new run keeps pixel centres and the bits of its data set; a run stored before keeps the shifted resizing', () => {
    expect(configFor({ dataset: 'd' }, null, { sampleBits: 12, groupName: null, classes: {} })).toMatchObject({
      resampling: 'centred',
      sampleBits: 12,
    });
    const { resampling: _, sampleBits: __, ...older } = someConfig;
    expect(RunConfig.parse(older)).toMatchObject({ resampling: 'shifted', sampleBits: null });
  });

  test('weights decide padding and preprocessing, and leave the backbone frozen', () => {
    expect(configFor({ dataset: 'd', backbone: 'mobilenet_v2_035' }, weights)).toMatchObject({
      scope: 'head',
      batchNorm: 'frozen',
      flavour: 'keras',
      preprocessing: weights.preprocessing,
      augmentation: null,
    });
  });
  test('the class token can be read of vision transformers only; runs stored before read the mean', () => {
    expect(configFor({ dataset: 'd', backbone: 'dinov2_vits14', pooling: 'cls' }, null).pooling).toBe('cls');
    expect(() => configFor({ dataset: 'd', backbone: 'resnet18', pooling: 'cls' }, null)).toThrow(
      'ResNet-18 has no class token: choose the pooling “Mean of the patches”, or a DINOv2 network.',
    );
    const { pooling: _, ...older } = someConfig;
    expect(RunConfig.parse(older).pooling).toBe('mean');
  });
  test('from scratch everything is trained, with batch statistics', () => {
    expect(configFor({ dataset: 'd' }, null)).toMatchObject({
      backbone: 'compact',
      scope: 'all',
      batchNorm: 'batch',
      weights: null,
      augmentation: null,
    });
  });
  test('the compact network from scratch takes more steps than others', () => {
    expect(configFor({ dataset: 'd' }, null)).toMatchObject({ batch: 8, lr: 1e-3, plateau: 2 });
    expect(configFor({ dataset: 'd', backbone: 'resnet18' }, null)).toMatchObject({ batch: 16, lr: 1e-3, plateau: 5 });
    expect(configFor({ dataset: 'd', batch: 4, plateau: 0 }, null)).toMatchObject({ batch: 4, plateau: 0 });
  });
  test('augmentation is refused with scope head, and accepted with other scopes', () => {
    const request = { dataset: 'd', backbone: 'mobilenet_v2_035', augmentation: flips } as const;
    expect(() => configFor({ ...request, scope: 'head' }, weights)).toThrow(/Augmentation changes nothing if only the head is trained/);
    expect(configFor({ ...request, scope: 'last-stage' }, weights).augmentation).toEqual(flips);
  });
  test('augmentation of a network that is fitted to the images is refused without advice that it can’t follow', () => {
    const error = () => configFor({ dataset: 'd', backbone: 'patches', augmentation: flips }, null);
    expect(error).toThrow(/Leave augmentation out, or choose a network whose other layers can be trained/);
  });
  test('with weights the head starts as a probe with a low rate; random or from scratch it has the default rate', () => {
    const request = { dataset: 'd', backbone: 'mobilenet_v2_035', loss: 'contrastive' } as const;
    expect(configFor(request, weights)).toMatchObject({ headStart: 'probe', lr: 1e-5, size: 288 });
    expect(configFor({ ...request, headStart: 'random' }, weights)).toMatchObject({ headStart: 'random', lr: 1e-3 });
    expect(configFor(request, null)).toMatchObject({ headStart: 'random', lr: 1e-3 });
  });
  test('a probe needs weights', () => {
    expect(() => configFor({ dataset: 'd', headStart: 'probe' }, null)).toThrow(/random head/);
  });
  test('a transformer needs a whole number of patches', () => {
    const of = (size: number): unknown => configFor({ dataset: 'd', backbone: 'dinov2_vits14', size }, { ...weights, flavour: 'torch' });
    expect(of(224)).toMatchObject({ size: 224 });
    expect(() => of(225)).toThrow(
      'dinov2_vits14 divides images into patches of 14 px, so their side must be a multiple of 14: choose 224 or 238 px instead of 225.',
    );
    expect(() => of(14)).toThrow('needs at least 28 px');
  });
  test('patches train a linear probe without weights, and no layers', () => {
    expect(configFor({ dataset: 'd', backbone: 'patches' }, null)).toMatchObject({
      scope: 'head',
      loss: 'probe',
      weights: null,
      size: 128,
      epochs: 1,
    });
    expect(configFor({ dataset: 'd', backbone: 'patches', loss: 'triplet' }, null)).toMatchObject({ scope: 'head', headStart: 'probe', lr: 1e-5 });
    expect(() => configFor({ dataset: 'd', backbone: 'patches' }, weights)).toThrow(/takes no weights/);
    expect(() => configFor({ dataset: 'd', backbone: 'patches', scope: 'all' }, null)).toThrow(/only the head is trained/);
  });

  test('patches stand beside a backbone with weights, of which only a head is trained', () => {
    const request = { dataset: 'd', backbone: 'mobilenet_v2_035', beside: 'patches' } as const;
    expect(configFor(request, weights)).toMatchObject({ backbone: 'mobilenet_v2_035', beside: 'patches', scope: 'head', loss: 'probe' });
    expect(() => configFor({ ...request, scope: 'last-stage' }, weights)).toThrow(/beside a network only the head is trained/);
    expect(() => configFor({ ...request, backbone: 'patches' }, null)).toThrow(/can’t stand beside itself/);
  });

  test('a frozen backbone needs weights; an image must be large enough', () => {
    expect(() => configFor({ dataset: 'd', scope: 'last-stage' }, null)).toThrow(/trained weights/);
    expect(() => configFor({ dataset: 'd', backbone: 'resnet18', size: 31 }, weights)).toThrow(/at least 32 px/);
  });
});

describe('a loss and its options', () => {
  const request = { dataset: 'd', scope: 'head' as const };
  test('a head on trained features is a linear probe, unless its layers, same pairs or an option of steps ask for steps', () => {
    const lossOf = (choices: Partial<TrainRequest>) => configFor({ dataset: 'd', ...choices }, weights).loss;
    expect([lossOf({}), lossOf({ scope: 'head', size: 96, seed: 3, device: 'cpu' })]).toEqual(['probe', 'probe']);
    const byStep = [{ scope: 'last-stage' }, { scope: 'all' }, { same: 'group', headStart: 'random' }] as const;
    const options = [{ epochs: 3 }, { margin: 1 }, { headStart: 'random' }, { dim: 8 }, { patience: 0 }, { embedding: 'unit' }] as const;
    for (const choices of [...byStep, ...options]) expect(lossOf(choices), JSON.stringify(choices)).toBe('contrastive');
    expect(configFor({ dataset: 'd', epochs: 3 }, weights)).toMatchObject({ epochs: 3, headStart: 'probe', embedding: 'raw', margin: 2 });
    expect(configFor({ dataset: 'd' }, null).loss).toBe('contrastive');
  });
  test('have defaults by loss and embedding', () => {
    const of = (choices: Partial<TrainRequest>) => configFor({ dataset: 'd', ...choices }, null);
    expect(of({})).toMatchObject({ loss: 'contrastive', embedding: 'raw', margin: 2 });
    expect(of({ embedding: 'unit' })).toMatchObject({ margin: 1 });
    expect(of({ loss: 'triplet' })).toMatchObject({ embedding: 'unit', margin: 0.2 });
    expect(of({ loss: 'triplet', embedding: 'raw' })).toMatchObject({ margin: 1 });
    expect(of({ loss: 'arcface' })).toMatchObject({ embedding: 'unit', margin: 0.5 });
  });
  test('a probe has as many numbers as the data set has classes', () => {
    expect(
      configFor({ ...request, loss: 'probe', epochs: 4 }, weights, { sampleBits: null, groupName: null, classes: { a: 1, b: 2, c: 3 } }),
    ).toMatchObject({
      dim: 3,
      epochs: 1,
      embedding: 'unit',
    });
  });
  test.each([
    [{ loss: 'supcon', embedding: 'raw' }, 'embedding'],
    [{ loss: 'supcon', same: 'pairs', pairs: 'list', headStart: 'random' }, 'loss'],
    [{ loss: 'arcface', margin: 2 }, 'margin'],
    [{ loss: 'contrastive', embedding: 'unit', margin: 2 }, 'margin'],
    [{ loss: 'triplet', classesPerStep: 64, imagesPerClass: 8 }, 'imagesPerClass'],
    [{ loss: 'probe', scope: 'all' }, 'scope'],
  ] as const)('%j is refused with its field', (choices, field) => {
    expect(() => configFor({ ...request, ...choices }, weights)).toThrow(
      expect.objectContaining({ code: 'bad-request', details: expect.objectContaining({ field }) as object }) as Error,
    );
  });
  test('a message has the words of the form; the options of the command line are details', () => {
    const error = errorOf(() => configFor({ ...request, loss: 'probe', scope: 'all' }, weights));
    expect(error.message).toBe('A linear probe trains no layers below the head: choose “Head only” as trained layers, or another loss.');
    expect(error.details['flags']).toEqual(['--scope head', '--loss']);
  });
  test('a margin that no pair can reach is refused with its number and what to do', () => {
    expect(() => configFor({ ...request, embedding: 'unit', margin: 2.5 }, weights)).toThrow(
      'Embeddings of length 1 are at most 2 apart, so no pair can be beyond a margin of 2.5. Choose one below 2, or the embedding “As computed”.',
    );
  });
});
