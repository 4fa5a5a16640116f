import { AppError } from '../../../shared/errors.ts';
import type { ImportedSession, RunnableEncoder } from '../../nn/engines/imported/session.ts';
import { joinArrays } from '../../nn/ir/tensor.ts';
import { cosine, largestDifference, pooledOf } from './vectors.ts';

/** Relative to the largest feature. float16 has 11 bits. */
const TOLERANCE = { float32: 1e-3, float16: 2e-2, uint8: 1e-3 } as const;
const SAME = 1e-6; // relative: features that do not depend on the image
const ALIKE = 0.999; // cosine of features of different images: the input is probably prepared wrongly

export interface Trial {
  batch: 'any' | 'one';
  notes: string[];
}

/**
 * Tries an encoder on images, normalised [3, S, S] each: alone and as a batch in another order. Throws
 * AppError 'bad-weights' where it can't run or its features are useless.
 */
export async function runTrial(
  session: ImportedSession,
  { input, batch }: Pick<RunnableEncoder, 'input' | 'batch'>,
  images: readonly Float32Array[],
  size: number,
): Promise<Trial> {
  const features: Float32Array[] = [];
  for (const image of images) features.push(await session.run(image, size));
  if (features.some((values) => values.some((value) => !Number.isFinite(value)))) {
    throw new AppError(
      'bad-weights',
      'Its features have values that are not numbers (NaN or infinite). Check how pixels are prepared, or choose another output.',
    );
  }
  const { channels } = await session.shapeAt(size);
  const pooled = features.map((values) => pooledOf(values, channels));
  const largest = Math.max(...features.map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
  const spread = Math.max(...features.map((values) => largestDifference(values, features[0]!)));
  if (largest === 0 || spread <= SAME * largest) {
    throw new AppError(
      'bad-weights',
      `Its features are the same for ${images.length} different images. Check how pixels are prepared, or choose another output.`,
    );
  }
  const limit = TOLERANCE[input.type] * largest;
  if (largestDifference(await session.run(images[0]!, size), features[0]!) > limit) {
    throw new AppError(
      'bad-weights',
      'It gives other features each time that it reads the same image, as models exported in training mode do. Export it for inference (in PyTorch after model.eval()).',
    );
  }
  const notes: string[] = [];
  const closest = Math.min(...pooled.slice(1).map((vector) => cosine(vector, pooled[0]!)));
  if (closest > ALIKE) notes.push(`The features of different images are nearly the same (cosine above ${ALIKE}). Check how pixels are prepared.`);
  if (batch === 'one') return { batch, notes };
  const why = await batchProblem(session, images, features, size, limit);
  if (why !== null) notes.push(`${why}, so Twinlens gives it one image at a time.`);
  return { batch: why === null ? 'any' : 'one', notes };
}

/** Why images can't be given together; null if they can. The batch is in reverse, so that it also shows where its order counts. */
async function batchProblem(
  session: ImportedSession,
  images: readonly Float32Array[],
  alone: readonly Float32Array[],
  size: number,
  limit: number,
): Promise<string | null> {
  try {
    const together = await session.run(joinArrays(images.toReversed()), size);
    return largestDifference(together, joinArrays(alone.toReversed())) > limit
      ? 'It gives other features for an image when others are beside it'
      : null;
  } catch {
    return `It can’t read ${images.length} images together`;
  }
}

/**
 * Which sides of images, px, a model with a dynamic size really reads: `multiple` of the side it was tried with, of 32 px, or only that side
 * (position embeddings of one size).
 */
export async function sizesOf(
  session: ImportedSession,
  size: number,
  multiple: number,
): Promise<Pick<RunnableEncoder['input'], 'size' | 'multiple'>> {
  const reads = async (side: number): Promise<boolean> => {
    try {
      await session.shapeAt(side);
      return true;
    } catch {
      return false;
    }
  };
  if (await reads(size + multiple)) return { size: null, multiple };
  const coarse = multiple % 32 === 0 || 32 % multiple !== 0 ? multiple : 32;
  if (coarse !== multiple && size % coarse === 0 && (await reads(size + coarse))) return { size: null, multiple: coarse };
  return { size, multiple: 1 };
}
