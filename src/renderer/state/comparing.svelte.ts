import { go } from './place.svelte.ts';
import { runs } from './runs.svelte.ts';

interface Chosen {
  dataset: string;
  id: number;
}

/** The first image of a comparison, kept while the second is looked for. */
class ComparingState {
  a = $state.raw<Chosen | null>(null);

  /** The same again takes it back. */
  setA(dataset: string, id: number): void {
    this.a = this.a?.dataset === dataset && this.a.id === id ? null : { dataset, id };
  }

  compare(dataset: string, a: number, b: number): void {
    this.a = null;
    go('compare', { a: `${dataset}/${a}`, b: `${dataset}/${b}`, run: runs.current?.run });
  }
}

export const comparing = new ComparingState();
