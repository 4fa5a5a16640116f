import { AppError } from '../../../shared/errors.ts';
import { isMemoryError } from './device-error.ts';

/** `images` in the order of losses/loss.ts, `labels` one entry a sample. */
type Inputs = Readonly<Record<string, Float32Array>>;

export interface Differentiated<G> {
  loss: number; // mean over the samples
  distances: Float32Array; // [M]
  gradients: G; // of that mean
}

export interface MicroBatchOptions<G, R extends Differentiated<G>> {
  /**
   * Whether a batch may be computed in parts. Where its loss is a mean over samples, the gradients of its parts, weighted
   * by their share of the samples, add up to its own. With batch statistics every sample changes every other one's, and
   * they don't.
   */
  divisible: boolean;
  imagesPerSample: number;
  differentiate(inputs: Inputs, pairs: number): Promise<R>;
  /** sum + share * part. The buffers of `part` are overwritten by the next part. */
  add(sum: G | null, part: G, share: number): G;
  /** Frees the memory that a failed attempt has allocated. */
  release(): Promise<void>;
}

/** A batch's loss and gradients: as a whole if memory allows, else accumulated over smaller parts, with the same result. */
export class MicroBatchedStep<G, R extends Differentiated<G>> {
  private readonly o: MicroBatchOptions<G, R>;
  private most = Infinity; // samples in a part; halved at each out-of-memory error

  constructor(o: MicroBatchOptions<G, R>) {
    this.o = o;
  }

  /** `partPairs`: samples in a part. Throws what `differentiate` throws; out-of-memory errors only where smaller parts can't help. */
  async differentiate(inputs: Inputs, pairs: number): Promise<R & { partPairs: number }> {
    for (;;) {
      const most = Math.min(this.most, pairs);
      try {
        return { ...(await this.accumulate(inputs, pairs, most)), partPairs: most };
      } catch (error) {
        if (!this.o.divisible || !isMemoryError(error)) throw error;
        await this.o.release();
        if (most === 1) throw tooSmallForOnePair(error as AppError);
        this.most = Math.ceil(most / 2);
      }
    }
  }

  private async accumulate(inputs: Inputs, pairs: number, most: number): Promise<R> {
    if (most === pairs) return this.o.differentiate(inputs, pairs);
    const distances: number[] = [];
    let loss = 0;
    let sum: G | null = null;
    let last: R;
    for (let from = 0; from < pairs; from += most) {
      const count = Math.min(most, pairs - from);
      last = await this.o.differentiate(partOf(inputs, this.o.imagesPerSample, pairs, from, count), count);
      distances.push(...last.distances);
      loss += (last.loss * count) / pairs;
      sum = this.o.add(sum, last.gradients, count / pairs);
    }
    return { ...last!, loss, distances: Float32Array.from(distances), gradients: sum! };
  }
}

/** `count` samples from `from` on: as many of the batch's first images, second images and so on. */
function partOf({ images, labels }: Inputs, imagesPerSample: number, samples: number, from: number, count: number): Inputs {
  const perImage = images!.length / (imagesPerSample * samples);
  const part = new Float32Array(imagesPerSample * count * perImage);
  for (let k = 0; k < imagesPerSample; k++) {
    const begin = (k * samples + from) * perImage;
    part.set(images!.subarray(begin, begin + count * perImage), k * count * perImage);
  }
  return { images: part, labels: labels!.slice(from, from + count) };
}

function tooSmallForOnePair({ code, details }: AppError): AppError {
  return new AppError(
    code,
    `The device ${String(details['device'])} has not enough memory for even one pair at a time. Use a smaller image size or another device. Finished epochs are saved, and the run can be resumed.`,
    details,
  );
}
