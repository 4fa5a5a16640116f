import { readFile } from 'node:fs/promises';
import type { Comparison } from '../../../shared/comparison.ts';
import { isIntactPng } from './png.ts';
import type { ComparePorts } from './ports.ts';

/** Draws overlay PNGs of stored comparisons when they are first needed. Screens paint the maps and need no files. */
export class Overlays {
  private readonly running = new Map<string, Promise<null>>(); // by comparison
  private readonly compute: ComparePorts['compute'];
  private readonly runs: ComparePorts['runs'];

  constructor({ compute, runs }: Pick<ComparePorts, 'compute' | 'runs'>) {
    this.compute = compute;
    this.runs = runs;
  }

  /** Resolves when all four files exist, undamaged. Throws AppError 'not-found' if a map is missing, and as writeFileAtomically does. */
  async ensure(comparison: Comparison): Promise<void> {
    const id = comparison.comparison;
    const areIntact = await Promise.all(comparison.images.flatMap((image) => [image.factual, image.counterfactual]).map(isIntactFile));
    if (areIntact.every(Boolean)) return;
    let task = this.running.get(id);
    if (!task) {
      const { verdict, target, scale, images } = comparison;
      const { sampleBits } = this.runs.get(comparison.run).config;
      task = this.compute.ask('drawOverlays', { verdict, target, scale, sampleBits, images }).finally(() => this.running.delete(id));
      this.running.set(id, task);
    }
    await task;
  }
}

const isIntactFile = (path: string): Promise<boolean> => readFile(path).then(isIntactPng, () => false);
