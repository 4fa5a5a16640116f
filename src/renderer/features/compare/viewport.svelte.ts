import { actualSize, panBy, STEP, FIT_VIEW, zoomAt, type Size, type View } from '../../kit/zoom.ts';

/** Zoom, pan and cursor, shared by all images. */
class Viewport {
  view = $state.raw<View>(FIT_VIEW);
  /** Position of the pointer or keyboard cursor, 0..1 across and down, and the image under it. */
  cursor = $state.raw<{ u: number; v: number; over: 'a' | 'b' } | null>(null);
  readonly isActualSize = $derived(this.view.base !== null);
  readonly isFit = $derived(this.view.zoom === 1 && !this.isActualSize);
  private readonly sizes = new Map<'a' | 'b', { pane: Size; image: Size }>(); // for zooming by key

  measure(letter: 'a' | 'b', pane: Size, image: Size): void {
    this.sizes.set(letter, { pane: { ...pane }, image });
  }

  zoom(factor: number, pane?: Size, image?: Size, x?: number, y?: number): void {
    const last = this.sizes.get(this.cursor?.over ?? 'a');
    const [paneSize, imageSize] = [pane ?? last?.pane, image ?? last?.image];
    if (paneSize && imageSize) this.view = zoomAt(this.view, paneSize, imageSize, factor, x, y);
  }

  step(direction: 1 | -1): void {
    this.zoom(direction > 0 ? STEP : 1 / STEP);
  }

  pan(pane: Size, image: Size, dx: number, dy: number): void {
    this.view = panBy(this.view, pane, image, dx, dy);
  }

  /** Shows one pixel of each image on one of the screen, or fits the images again. */
  toggleActualSize(): void {
    this.view = this.isActualSize ? FIT_VIEW : actualSize(this.view, devicePixelRatio);
  }

  fit(): void {
    this.view = FIT_VIEW;
  }
}

export const viewport = new Viewport();
