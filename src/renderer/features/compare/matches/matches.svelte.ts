import { type AppError, asAppError } from '../../../../shared/errors.ts';
import { bestMatchText } from '../../../../shared/match-words.ts';
import {
  cellNear,
  type CellPair,
  hasMatches,
  type MatchesAnswer,
  matchesOfCell,
  type PairMatches,
  strongestPairs,
} from '../../../../shared/matches.ts';
import { api } from '../../../client/api.ts';
import type { Letter } from '../compare.svelte.ts';
import { viewport } from '../viewport.svelte.ts';

/** A spot of one image. */
export interface Spot {
  side: 0 | 1;
  cell: number;
}

const sideOf = (letter: Letter): 0 | 1 => (letter === 'a' ? 0 : 1);

/** The matching spots of the shown pair, and the spot that the person points at. */
class Matches {
  answer = $state.raw<MatchesAnswer | null>(null);
  error = $state.raw<AppError | null>(null);
  /** The spot that stays when the pointer leaves. */
  pinned = $state.raw<Spot | null>(null);
  readonly pair = $derived<PairMatches | null>(this.answer && hasMatches(this.answer) ? this.answer : null);
  readonly spot = $derived.by<Spot | null>(() => {
    const { cursor } = viewport;
    if (!this.pair || this.pinned || !cursor) return this.pinned;
    return { side: sideOf(cursor.over), cell: cellNear(this.pair, cursor.u, cursor.v) };
  });
  /** Those of the spot, best first; without one the strongest of the pair. */
  readonly shown = $derived.by<CellPair[]>(() => {
    if (!this.pair) return [];
    return this.spot ? matchesOfCell(this.pair, this.spot.side, this.spot.cell) : strongestPairs(this.pair);
  });
  private controller: AbortController | null = null;

  /** Loads the matches of a stored comparison. Returns the function that stops waiting for them. */
  load(comparison: string): () => void {
    const controller = (this.controller = new AbortController());
    Object.assign(this, { answer: null, error: null, pinned: null });
    void this.fetch(comparison, controller);
    return () => controller.abort();
  }

  private async fetch(comparison: string, controller: AbortController): Promise<void> {
    try {
      const answer = await api.call('compare.matches', { comparison }, { signal: controller.signal });
      if (this.controller === controller) this.answer = answer;
    } catch (error) {
      if (this.controller === controller && !controller.signal.aborted) this.error = asAppError(error);
    }
  }

  /** Pins the spot at a position of an image, or unpins it if it is pinned. */
  togglePin(letter: Letter, { u, v }: { u: number; v: number }): void {
    if (!this.pair) return;
    const spot: Spot = { side: sideOf(letter), cell: cellNear(this.pair, u, v) };
    this.pinned = this.pinned?.side === spot.side && this.pinned.cell === spot.cell ? null : spot;
  }

  /** For the image with the pointer: its spot's best match in the other image. */
  readingFor(letter: Letter): string {
    const [best] = this.shown;
    if (!this.pair || this.spot?.side !== sideOf(letter)) return '';
    return best ? bestMatchText(this.pair, best, this.spot.side) : 'No features here';
  }
}

export const matches = new Matches();
