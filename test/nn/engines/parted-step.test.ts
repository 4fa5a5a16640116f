import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { MicroBatchedStep } from '../../../src/main/nn/engines/micro-batches.ts';

describe('a batch in parts', () => {
  test.each([
    [
      2,
      [
        [0, 1, 5, 6],
        [2, 3, 7, 8],
        [4, 9],
      ],
    ],
    [
      3,
      [
        [0, 1, 5, 6, 10, 11],
        [2, 3, 7, 8, 12, 13],
        [4, 9, 14],
      ],
    ],
  ])('each part has all %i images of its samples, in the order of a batch', async (imagesPerSample, expected) => {
    // prettier-ignore
    const parts: number[][] = [];
    const step = partedStep(imagesPerSample, true, 2, parts);
    const images = Float32Array.from({ length: imagesPerSample * 5 }, (_, i) => i);
    const { loss, distances, partSize } = await step.differentiate({ images, labels: Float32Array.of(10, 11, 12, 13, 14) }, 5);
    expect(parts).toEqual(expected);
    expect([...distances]).toEqual([10, 11, 12, 13, 14]);
    expect(loss).toBeCloseTo(12, 12); // the mean of the labels, from parts of 2, 2 and 1
    expect(partSize).toBe(2);
  });

  test('is not computed in parts if the loss is not a mean over samples', async () => {
    const step = partedStep(1, false, 2, []);
    await expect(step.differentiate({ images: new Float32Array(5), labels: new Float32Array(5) }, 5)).rejects.toThrow('no memory');
  });
});

interface Step {
  loss: number;
  distances: Float32Array;
  gradients: number;
}

/** Has memory for `limit` samples. Its loss is the mean of the labels; it reports the labels as distances. */
function partedStep(imagesPerSample: number, divisible: boolean, limit: number, parts: number[][]): MicroBatchedStep<number, Step> {
  return new MicroBatchedStep<number, Step>({
    divisible,
    imagesPerSample,
    differentiate: ({ images, labels }, samples) => {
      if (samples > limit) return Promise.reject(new AppError('engine', 'no memory', { memory: true, device: 'cpu' }));
      parts.push([...images!]);
      const loss = labels!.reduce((sum, label) => sum + label, 0) / samples;
      return Promise.resolve({ loss, distances: labels!, gradients: loss });
    },
    add: (sum, part, share) => (sum ?? 0) + share * part,
    release: () => Promise.resolve(),
  });
}
