import { panBy, STEP, FIT_VIEW, zoomAt, type Size, type View } from './zoom.ts';

/** Zoom, pan and cursor of all images: they move together. */
class Viewport {
  view = $state.raw<View>(FIT_VIEW);
  /** Position of the pointer or keyboard cursor, 0..1 across and down, and the image under it. */
  cursor = $state.raw<{ u: number; v: number; over: 'a' | 'b' } | null>(null);
  private last: { pane: Size; picture: Size } | null = null; // sizes for zooming by key

  measure(pane: Size, picture: Size): void {
    this.last = { pane, picture };
  }

  zoom(factor: number, pane?: Size, picture?: Size, x?: number, y?: number): void {
    const [room, shown] = [pane ?? this.last?.pane, picture ?? this.last?.picture];
    if (room && shown) this.view = zoomAt(this.view, room, shown, factor, x, y);
  }

  step(direction: 1 | -1): void {
    this.zoom(direction > 0 ? STEP : 1 / STEP);
  }

  pan(pane: Size, picture: Size, dx: number, dy: number): void {
    this.view = panBy(this.view, pane, picture, dx, dy);
  }

  fit(): void {
    this.view = FIT_VIEW;
  }
}

export const viewport = new Viewport();
