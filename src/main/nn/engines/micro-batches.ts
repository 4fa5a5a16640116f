import { AppError } from '../../../shared/errors.ts';
import { isMemoryError } from './device-error.ts';

/** `images` in the order of losses/loss.ts, `labels` one per sample. */
type Inputs = Readonly<Record<string, Float32Array>>;

export interface Differentiated<G> {
  loss: number; // mean over the samples
  distances: Float32Array; // [M]
  gradients: G; // of that mean
}

export interface MicroBatchOptions<G, R extends Differentiated<G>> {
  /**
   * Whether a batch may be computed in parts. If its loss is a mean over samples, the gradients of its parts, weighted by
   * their share of the samples, add up to the batch's gradients. With batch statistics they don't, because each sample's
   * gradient depends on all others.
   */
  divisible: boolean;
  imagesPerSample: number;
  differentiate(inputs: Inputs, samples: number): Promise<R>;
  /** sum + share * part. The buffers of `part` are overwritten by the next part. */
  add(sum: G | null, part: G, share: number): G;
  /** Frees the memory allocated by a failed attempt. */
  release(): Promise<void>;
}

/** Computes a batch's loss and gradients: as a whole if memory allows, else accumulated over smaller parts with the same result. */
export class MicroBatchedStep<G, R extends Differentiated<G>> {
  private readonly o: MicroBatchOptions<G, R>;
  private partLimit = Infinity; // samples in a part; halved at each out-of-memory error

  constructor(o: MicroBatchOptions<G, R>) {
    this.o = o;
  }

  /** `partSize`: samples per part. Throws what `differentiate` throws; out-of-memory errors only where smaller parts can't help. */
  async differentiate(inputs: Inputs, samples: number): Promise<R & { partSize: number }> {
    for (;;) {
      const partSize = Math.min(this.partLimit, samples);
      try {
        return { ...(await this.accumulate(inputs, samples, partSize)), partSize: partSize };
      } catch (error) {
        if (!isMemoryError(error)) throw error;
        if (!this.o.divisible) throw indivisibleError(error as AppError);
        await this.o.release();
        if (partSize === 1) throw memoryTooSmall(error as AppError);
        this.partLimit = Math.ceil(partSize / 2);
      }
    }
  }

  private async accumulate(inputs: Inputs, samples: number, partSize: number): Promise<R> {
    if (partSize === samples) return this.o.differentiate(inputs, samples);
    const distances: number[] = [];
    let loss = 0;
    let sum: G | null = null;
    let last: R;
    for (let from = 0; from < samples; from += partSize) {
      const count = Math.min(partSize, samples - from);
      last = await this.o.differentiate(partOf(inputs, this.o.imagesPerSample, samples, from, count), count);
      distances.push(...last.distances);
      loss += (last.loss * count) / samples;
      sum = this.o.add(sum, last.gradients, count / samples);
    }
    return { ...last!, loss, distances: Float32Array.from(distances), gradients: sum! };
  }
}

/** The `count` samples starting at `from`: their first images, then their second images, and so on. */
function partOf({ images, labels }: Inputs, imagesPerSample: number, samples: number, from: number, count: number): Inputs {
  const perImage = images!.length / (imagesPerSample * samples);
  const part = new Float32Array(imagesPerSample * count * perImage);
  for (let k = 0; k < imagesPerSample; k++) {
    const begin = (k * samples + from) * perImage;
    part.set(images!.subarray(begin, begin + count * perImage), k * count * perImage);
  }
  return { images: part, labels: labels!.slice(from, from + count) };
}

const indivisibleError = ({ code, message, details }: AppError): AppError =>
  new AppError(
    code,
    `${message} This step can’t be computed in parts, because the results of its images depend on each other: a loss over all images of a step, or batch statistics. Choose fewer images per step.`,
    details,
  );

function memoryTooSmall({ code, details }: AppError): AppError {
  return new AppError(
    code,
    `The device ${String(details['device'])} does not have enough memory for a single pair. Use a smaller image size or another device. Finished epochs are saved, and the run can be resumed.`,
    details,
  );
}
