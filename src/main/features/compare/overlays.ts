import { existsSync } from 'node:fs';
import type { Comparison } from '../../../shared/comparison.ts';
import type { ComparePorts } from './ports.ts';

/** Overlay PNGs of stored comparisons: drawn once, when somebody needs the files. Screens paint maps themselves and need none. */
export class Overlays {
  private readonly drawing = new Map<string, Promise<null>>(); // by comparison
  private readonly compute: ComparePorts['compute'];

  constructor({ compute }: Pick<ComparePorts, 'compute'>) {
    this.compute = compute;
  }

  /** Returns when all four files are there. Throws AppError 'not-found' where a map is gone, and as `writeFileAtomically`. */
  async ensure(comparison: Comparison): Promise<void> {
    const id = comparison.comparison;
    if (comparison.images.every((image) => existsSync(image.factual) && existsSync(image.counterfactual))) return;
    let running = this.drawing.get(id);
    if (!running) {
      const { verdict, target, scale, images } = comparison;
      running = this.compute.ask('drawOverlays', { verdict, target, scale, images }).finally(() => this.drawing.delete(id));
      this.drawing.set(id, running);
    }
    await running;
  }
}
