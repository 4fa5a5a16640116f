import { panBy, STEP, FIT_VIEW, zoomAt, type Size, type View } from './zoom.ts';

/** Zoom, pan and cursor, shared by all images. */
class Viewport {
  view = $state.raw<View>(FIT_VIEW);
  /** Position of the pointer or keyboard cursor, 0..1 across and down, and the image under it. */
  cursor = $state.raw<{ u: number; v: number; over: 'a' | 'b' } | null>(null);
  private lastSizes: { pane: Size; image: Size } | null = null; // for zooming by key

  measure(pane: Size, image: Size): void {
    this.lastSizes = { pane, image };
  }

  zoom(factor: number, pane?: Size, image?: Size, x?: number, y?: number): void {
    const [paneSize, imageSize] = [pane ?? this.lastSizes?.pane, image ?? this.lastSizes?.image];
    if (paneSize && imageSize) this.view = zoomAt(this.view, paneSize, imageSize, factor, x, y);
  }

  step(direction: 1 | -1): void {
    this.zoom(direction > 0 ? STEP : 1 / STEP);
  }

  pan(pane: Size, image: Size, dx: number, dy: number): void {
    this.view = panBy(this.view, pane, image, dx, dy);
  }

  fit(): void {
    this.view = FIT_VIEW;
  }
}

export const viewport = new Viewport();
