import type { ComparisonRow } from '../../../../shared/comparison.ts';
import { type FlipMode, type FlipPart, flipPictures, lettersOf } from '../../../../shared/flip.ts';
import { shareText } from '../../../../shared/flip-words.ts';
import { api } from '../../../client/api.ts';
import { PairJobs } from '../pair-jobs.svelte.ts';

/** A picture in place of an image and its map. */
export interface ShownPicture {
  src: string | null; // URL; null: the photograph
  text: string;
}

interface Choice {
  comparison: string;
  mode: FlipMode;
  part: FlipPart;
}

/** Which pictures of a flip test the images show. */
class FlipView {
  private choice = $state.raw<Choice | null>(null);

  isShown({ comparison }: Pick<ComparisonRow, 'comparison'>, mode: FlipMode, part: FlipPart): boolean {
    return this.choice?.comparison === comparison && this.choice.mode === mode && this.choice.part === part;
  }

  /** Shows the pictures of a search, or the maps again. */
  toggle(row: Pick<ComparisonRow, 'comparison'>, mode: FlipMode, part: FlipPart): void {
    this.choice = this.isShown(row, mode, part) ? null : { comparison: row.comparison, mode, part };
  }

  /** Whether the images of a comparison show pictures of its flip test. */
  isOn({ comparison, flip }: Pick<ComparisonRow, 'comparison' | 'flip'>): boolean {
    return flip !== undefined && this.choice?.comparison === comparison;
  }

  hide(): void {
    this.choice = null;
  }

  /** What an image of the comparison shows in place of its map; null: its map. */
  pictureOf({ comparison, flip }: Pick<ComparisonRow, 'comparison' | 'flip'>, letter: 'a' | 'b'): ShownPicture | null {
    const { choice } = this;
    if (!flip || choice?.comparison !== comparison) return null;
    const { mode, part } = choice;
    if (!lettersOf(part).includes(letter)) return { src: null, text: 'Unchanged' };
    const picture = flipPictures(flip).find((one) => one.mode === mode && one.part === part && one.letter === letter);
    if (!picture) return null;
    const blurred = mode === 'remove' ? shareText(picture.share) : picture.share === 0 ? 'All' : `All but ${shareText(picture.share)}`;
    return {
      src: api.media(`comparison/${comparison}/${picture.name}`),
      text: `${blurred} blurred, as the network reads it (${flip.side}\u00a0×\u00a0${flip.side}\u00a0px)`,
    };
  }
}

export const flipView = new FlipView();
export const flipTests = new PairJobs('flip', (comparison) => api.call('compare.flip', { comparison }));
