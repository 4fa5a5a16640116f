import type { Size } from '../../kit/zoom.ts';

export type StageLayout = 'row' | 'column';

/** Displayed area of both images, px², each fitted into its half of the stage. */
function shownArea({ width, height }: Size, images: readonly Size[], gap: number, layout: StageLayout): number {
  const [w, h] = layout === 'row' ? [(width - gap) / 2, height] : [width, (height - gap) / 2];
  return images.reduce((sum, image) => {
    const scale = Math.max(0, Math.min(w / image.width, h / image.height));
    return sum + scale ** 2 * image.width * image.height;
  }, 0);
}

/** A pair changes its layout only if the images' area is larger by this ratio then. Chosen, not measured. */
const CHANGE_RATIO = 1.4;

/**
 * Side by side or stacked: whichever shows the two images larger; side by side if equal. `gap`: px between them. `current`: the layout
 * of this pair so far; null: none. The height of the stage depends on the layout (captions) and on the use of the images (captions, tools,
 * answers), neither of which must change the layout.
 */
export function stageLayout(stage: Size, images: readonly [Size, Size], gap: number, current: StageLayout | null = null): StageLayout {
  const [row, column] = [shownArea(stage, images, gap, 'row'), shownArea(stage, images, gap, 'column')];
  if (current === 'row') return column > CHANGE_RATIO * row ? 'column' : 'row';
  return column * (current === 'column' ? CHANGE_RATIO : 1) > row ? 'column' : 'row';
}
