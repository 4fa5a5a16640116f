import { AppError } from '../../../shared/errors.ts';
import { isMemoryError } from './device-error.ts';

/** `images` has first images before second ones, `labels` one entry a pair. */
type Inputs = Readonly<Record<string, Float32Array>>;

export interface Differentiated<G> {
  loss: number; // mean over the pairs
  distances: Float32Array; // [P]
  gradients: G; // of that mean
}

export interface PartedStepOptions<G, R extends Differentiated<G>> {
  /**
   * Whether a batch may be cut. Its loss is a mean over pairs, so the gradients of its parts, weighted by their share of
   * the pairs, add up to its own; with batch statistics every pair takes part in every other one's, and they do not.
   */
  divisible: boolean;
  differentiate(inputs: Inputs, pairs: number): Promise<R>;
  /** share * part, added to the sum so far. What `part` lies in is written anew by the next part. */
  add(sum: G | null, part: G, share: number): G;
  /** Lets go of the memory that the attempt which failed has taken. */
  release(): Promise<void>;
}

/** A batch's loss and gradients, in one go as long as the device has the memory for it, else in parts, to the same numbers. */
export class PartedStep<G, R extends Differentiated<G>> {
  private readonly o: PartedStepOptions<G, R>;
  private most = Infinity; // pairs at once: found out by failing

  constructor(o: PartedStepOptions<G, R>) {
    this.o = o;
  }

  /** `partPairs`: so many at once. Throws what `differentiate` throws; for want of memory only where smaller parts can't help. */
  async differentiate(inputs: Inputs, pairs: number): Promise<R & { partPairs: number }> {
    for (;;) {
      const most = Math.min(this.most, pairs);
      try {
        return { ...(await this.inParts(inputs, pairs, most)), partPairs: most };
      } catch (error) {
        if (!this.o.divisible || !isMemoryError(error)) throw error;
        await this.o.release();
        if (most === 1) throw notForOnePair(error as AppError);
        this.most = Math.ceil(most / 2);
      }
    }
  }

  private async inParts(inputs: Inputs, pairs: number, most: number): Promise<R> {
    if (most === pairs) return this.o.differentiate(inputs, pairs);
    const distances = new Float32Array(pairs);
    let loss = 0;
    let sum: G | null = null;
    let last: R;
    for (let from = 0; from < pairs; from += most) {
      const count = Math.min(most, pairs - from);
      last = await this.o.differentiate(partOf(inputs, pairs, from, count), count);
      distances.set(last.distances, from);
      loss += (last.loss * count) / pairs;
      sum = this.o.add(sum, last.gradients, count / pairs);
    }
    return { ...last!, loss, distances, gradients: sum! };
  }
}

function partOf({ images, labels }: Inputs, pairs: number, from: number, count: number): Inputs {
  const perImage = images!.length / (2 * pairs);
  const part = new Float32Array(2 * count * perImage);
  part.set(images!.subarray(from * perImage, (from + count) * perImage));
  part.set(images!.subarray((pairs + from) * perImage, (pairs + from + count) * perImage), count * perImage);
  return { images: part, labels: labels!.slice(from, from + count) };
}

function notForOnePair({ code, details }: AppError): AppError {
  return new AppError(
    code,
    `The memory of the device ${String(details['device'])} does not suffice for even one pair at a time. Use a smaller image size or another device. Epochs that were finished are kept, and the run can be resumed.`,
    details,
  );
}
