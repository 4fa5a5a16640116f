import type { Size } from './zoom.ts';

export type StageLayout = 'row' | 'column';

/** Displayed area of both images, px², each fitted into its half of the stage. */
function shownArea({ width, height }: Size, images: readonly Size[], gap: number, layout: StageLayout): number {
  const [w, h] = layout === 'row' ? [(width - gap) / 2, height] : [width, (height - gap) / 2];
  return images.reduce((sum, image) => {
    const scale = Math.max(0, Math.min(w / image.width, h / image.height));
    return sum + scale ** 2 * image.width * image.height;
  }, 0);
}

/**
 * A stacked pair returns to a row only if the images' area is larger by this ratio: captions of stacked images take more height. Chosen,
 * not measured.
 */
const RETURN_RATIO = 1.25;

/**
 * Side by side or stacked: whichever shows the two images larger; side by side if equal. `gap`: px between them. `current`: the layout
 * of this pair so far. The captions, and with them the stage, change their height with the layout, which must not change it back.
 */
export function stageLayout(stage: Size, images: readonly [Size, Size], gap: number, current: StageLayout = 'row'): StageLayout {
  const [row, column] = [shownArea(stage, images, gap, 'row'), shownArea(stage, images, gap, 'column')];
  return column * (current === 'column' ? RETURN_RATIO : 1) > row ? 'column' : 'row';
}
