import { describe, expect, test } from 'vitest';
import { isRandom, knownEncoders, parseEncoderChoice, trainingChoices } from '../../src/shared/known-encoders.ts';
import type { EncoderComparison, KnownEncoder } from '../../src/shared/encoder-comparison.ts';
import {
  behindText,
  comparedFacts,
  comparisonNotes,
  comparisonSentences,
  encoderLabel,
  encodersByRank,
  encoderProgressText,
  encoderSizeText,
  imageTimeText,
  missingText,
  timeNote,
} from '../../src/shared/encoder-comparison-words.ts';
import type { ShelfModel } from '../../src/shared/shelf.ts';
import { figuresWith, someEncoder, someEncoderComparison } from './encoder-comparisons.ts';

const NBSP = '\u00a0';
const plain = (sentences: readonly string[]): string[] => sentences.map((text) => text.replaceAll(NBSP, ' '));
const withEncoders = (...encoders: EncoderComparison['encoders']): EncoderComparison => ({
  ...someEncoderComparison,
  encoders,
  best: { position: 0, way: 'probe' },
});

describe('sentences on compared encoders', () => {
  test('say which is better by how much', () => {
    expect(plain(comparisonSentences(someEncoderComparison))).toEqual([
      'dinov2_vits14 separates the validation pairs best, with a linear probe: AUC 0.912 (95 % 0.882 to 0.932).',
      'dinov2_vits14 is better than mobilenet_v2 (AUC +0.031, 95 % 0.012 to 0.049).',
    ]);
  });

  test('say that a difference is not proven, and when only the number of comparisons makes it so', () => {
    const best = someEncoder('a', { plain: null, probe: figuresWith(0.9) });
    const second = (interval: [number, number], holm: number) => someEncoder('b', { plain: null, probe: figuresWith(0.89, [0.01, interval, holm]) });
    const third = someEncoder('c', { plain: null, probe: figuresWith(0.8, [0.1, [0.05, 0.15], 0.001]) });
    const fourth = someEncoder('d', { plain: null, probe: figuresWith(0.7, [0.2, [-0.1, 0.5], 0.3]) });
    expect(plain(comparisonSentences(withEncoders(best, second([-0.02, 0.04], 0.6), third, fourth))).slice(1)).toEqual([
      'The difference to b is not proven (AUC +0.010, 95 % −0.020 to 0.040).',
      'It is better than c.',
      'The difference to d is not proven either.',
    ]);
    expect(plain(comparisonSentences(withEncoders(best, second([0.001, 0.019], 0.08))))[1]).toBe(
      'The difference to b is not proven (AUC +0.010, 95 % 0.001 to 0.019), once all 3 comparisons are counted.',
    );
    expect(comparisonSentences({ ...someEncoderComparison, encoders: [], best: null })).toEqual(['No encoder could be compared.']);
    expect(comparisonSentences(withEncoders(best))).toHaveLength(1);
  });

  test('are followed by a table with the best first, and how far the others are behind', () => {
    const [low, high] = [
      someEncoder('low', { plain: null, probe: figuresWith(0.7, [0.2, [0.1, 0.3], 0.01]) }),
      someEncoder('high', { plain: null, probe: figuresWith(0.9) }),
    ];
    const none = someEncoder('none', { plain: null, probe: null });
    const table = encodersByRank({ ...someEncoderComparison, encoders: [none, low, high], best: { position: 2, way: 'probe' } });
    expect(table.map(({ encoder }) => encoder)).toEqual(['high', 'low', 'none']);
    expect(behindText({ value: 0.2, interval: [-0.01, 0.3] })).toBe('0.200 (−0.010 to 0.300)');
    expect(plain(comparedFacts({ ...high, time: null, size: 64, bytes: null, licence: null, weightsSha256: 'ab' }))).toEqual([
      '64 px',
      'no licence stated',
    ]);
  });

  test('say what the figures are of, that the best one’s are too good, and how many comparisons count', () => {
    const [first, second] = plain(comparisonNotes(someEncoderComparison));
    expect(first).toBe(
      'On 552 same and 552 different validation pairs; intervals over 48 images. Probes are fitted to 224 training images. A difference counts as proven if its p, adjusted by Holm’s method for 3 comparisons with the best, is below 5 %.',
    );
    expect(second).toContain('so its own figures are a little too good. Test pairs were not used');
  });

  test('name weights that are a file or random, and what is not on this computer', () => {
    expect(encoderLabel({ encoder: 'resnet34', weights: '/w/resnet34.safetensors' }, [])).toBe('resnet34 (resnet34.safetensors)');
    expect(encoderLabel({ encoder: 'mobilenet_v2_035', weights: '/w/keras_035/model.json' }, [])).toBe('mobilenet_v2_035 (keras_035)');
    expect(encoderLabel({ encoder: 'compact', weights: null }, [])).toBe('compact (random weights)');
    const own = { encoder: 'resnet18', weights: 'own_weights' };
    expect(encoderLabel(own, [own])).toBe('resnet18');
    expect(encoderLabel(own, [own, { ...own, weights: 'resnet18_tv_in1k' }])).toBe('resnet18 (own_weights)');
    expect(encoderLabel({ encoder: 'onnx:clip', weights: null }, [])).toBe('onnx:clip');
    expect(missingText(someEncoderComparison)).toBe('Not on this computer, so not compared: convnext_tiny. Download their weights first.');
    expect(missingText({ missing: [] })).toBe('');
  });

  test('say what an encoder takes on disk, or how large its parameters are', () => {
    const size = (bytes: number | null, onDisk?: boolean) => encoderSizeText({ bytes, ...(onDisk !== undefined && { onDisk }) })?.replace(NBSP, ' ');
    expect([size(1.7e6, true), size(481e3, false), size(481e3), size(null)]).toEqual([
      '1.7 MB on disk',
      '481 kB of parameters',
      '481 kB of parameters',
      undefined,
    ]);
  });

  test('say how images were timed', () => {
    const timed = (again: boolean) => ({ time: { ms: 4.14, images: again ? 32 : 200, again } });
    expect(imageTimeText(timed(false)).replace(NBSP, ' ')).toBe('4.1 ms');
    expect(imageTimeText({ time: null })).toBe('–');
    const note = (...times: boolean[]) => timeNote({ encoders: times.map((again) => ({ ...someEncoderComparison.encoders[0]!, ...timed(again) })) });
    expect(note(false)).toContain('measured while their features were computed.');
    expect(note(true)).toContain('measured on up to 32 images that were encoded again, because features were cached.');
    expect(note(false, true)).toContain('or on a few images encoded again where they were cached.');
    expect(note()).toBe('');
    expect(encoderProgressText({ encoder: 'a', position: 2, count: 3, done: 16, total: 64 })).toBe('a (2 of 3): image 16 of 64');
    expect(encoderProgressText({ encoder: null, position: 3, count: 3, done: 0, total: 9 })).toBe('Comparing 3 encoders');
  });
});

describe('choices of encoders', () => {
  const known: KnownEncoder[] = [
    { encoder: 'resnet18', weights: 'absent', here: false, bytes: 1 },
    { encoder: 'resnet18', weights: 'here', here: true, bytes: 1 },
    { encoder: 'convnext_tiny', weights: 'cx', here: false, bytes: 1 },
    { encoder: 'onnx:clip', weights: null, here: true, bytes: 1 },
  ];

  test('get the weights that are on this computer, those of the catalogue, named ones, or none', () => {
    const weightsOf = (text: string) => parseEncoderChoice(text, known).weights;
    expect(weightsOf('resnet18')).toBe('here');
    expect(weightsOf('convnext_tiny')).toBe('cx');
    expect(weightsOf('onnx:clip')).toBeNull();
    expect(weightsOf('compact')).toBeNull();
    expect(weightsOf('resnet34=/a=b.safetensors')).toBe('/a=b.safetensors');
    expect(weightsOf('resnet34=none')).toBeNull();
    expect(() => weightsOf('resnet34')).toThrow('No weights of resnet34 are known');
  });

  test('become the options of a training', () => {
    expect(trainingChoices({ encoder: 'resnet18', weights: 'here' })).toEqual({ backbone: 'resnet18', weights: 'here', scope: 'head' });
    expect(trainingChoices({ encoder: 'compact', weights: null })).toEqual({ backbone: 'compact', scope: 'all' });
    expect(trainingChoices({ encoder: 'onnx:clip', weights: null })).toEqual({ backbone: 'imported', weights: 'onnx:clip', scope: 'head' });
    expect(trainingChoices({ encoder: 'patches+resnet18', weights: 'here' })).toEqual({
      backbone: 'resnet18',
      beside: 'patches',
      weights: 'here',
      scope: 'head',
    });
    expect(isRandom({ encoder: 'onnx:clip', weights: null })).toBe(false);
  });

  test('come from the shelf; patches need nothing', () => {
    const model = (more: Partial<ShelfModel>) =>
      ({ id: 'x', source: 'catalogue', backbone: 'resnet18', state: 'absent', bytes: 7, ...more }) as ShelfModel;
    const scratch = model({ source: 'none', backbone: 'compact', id: 'compact', state: 'here' }); // random until it is trained
    expect(knownEncoders([model({}), model({ source: 'onnx', backbone: 'imported', id: 'onnx:clip', state: 'here' }), scratch])).toEqual([
      { encoder: 'patches', weights: null, here: true, bytes: 0 },
      { encoder: 'resnet18', weights: 'x', here: false, bytes: 7 },
      { encoder: 'onnx:clip', weights: null, here: true, bytes: 7 },
    ]);
  });
});
