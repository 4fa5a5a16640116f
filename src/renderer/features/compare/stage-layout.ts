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

/** Side by side or stacked: whichever shows the two images larger; side by side if equal. `gap`: px between them. */
export const stageLayout = (stage: Size, images: readonly [Size, Size], gap: number): StageLayout =>
  shownArea(stage, images, gap, 'column') > shownArea(stage, images, gap, 'row') ? 'column' : 'row';
