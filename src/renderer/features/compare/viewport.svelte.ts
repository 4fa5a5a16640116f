import { panBy, STEP, FIT_VIEW, zoomAt, type Size, type View } from './zoom.ts';

/** Zoom, pan and pointer of all pictures on the stage: they move together. */
class Viewport {
  view = $state.raw<View>(FIT_VIEW);
  /** Where the pointer or the keyboard's cursor is, 0..1 across and down, and over which picture. */
  cursor = $state.raw<{ u: number; v: number; over: 'a' | 'b' } | null>(null);
  private last: { pane: Size; picture: Size } | null = null; // of a picture on the stage, for zooming by key

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

  whole(): void {
    this.view = FIT_VIEW;
  }
}

export const viewport = new Viewport();
