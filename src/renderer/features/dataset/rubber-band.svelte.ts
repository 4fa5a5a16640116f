import type { Rect } from './grid-layout.ts';
import type { Selection } from './selection.ts';

const DRAG_THRESHOLD = 6; // px of movement; less is a click
const EDGE = 48; // px from the list's edge where it starts to scroll
const SCROLL_STEP = 18; // px per frame

/** A selection frame drawn over a scrolling list; its corners are in px of the scrolled content. */
export class RubberBand {
  rect = $state.raw<Rect | null>(null);
  /** True while the pointer is down: a selected image under it must not start a drag. */
  pressed = false;
  /** Whether the next click ends a selection frame. */
  justEnded = false;
  private readonly scroller: () => HTMLElement;
  private readonly select: (rect: Rect, add: Selection | null) => void;

  constructor(scroller: () => HTMLElement, select: (rect: Rect, add: Selection | null) => void) {
    this.scroller = scroller;
    this.select = select;
  }

  /** With Ctrl or Shift the rectangle adds to `selection`. */
  start(event: PointerEvent, selection: Selection): void {
    this.justEnded = false;
    const list = this.scroller();
    const box = list.getBoundingClientRect();
    if (event.button !== 0 || event.pointerType === 'touch' || event.clientX > box.left + list.clientWidth) return; // the scrollbar
    this.pressed = true;
    const add = event.ctrlKey || event.metaKey || event.shiftKey ? selection : null;
    const from = { x: event.clientX - box.left, y: event.clientY - box.top + list.scrollTop };
    let [x, y] = [event.clientX, event.clientY];
    let frame = 0;

    const update = (): void => {
      const [toX, toY] = [x - box.left, y - box.top + list.scrollTop];
      this.rect = { left: Math.min(from.x, toX), right: Math.max(from.x, toX), top: Math.min(from.y, toY), bottom: Math.max(from.y, toY) };
      this.select(this.rect, add);
    };
    const scroll = (): void => {
      const step = y < box.top + EDGE ? -SCROLL_STEP : y > box.bottom - EDGE ? SCROLL_STEP : 0;
      if (step !== 0) {
        list.scrollTop += step;
        update();
      }
      frame = requestAnimationFrame(scroll);
    };
    const move = (moved: PointerEvent): void => {
      [x, y] = [moved.clientX, moved.clientY];
      if (this.rect === null) {
        if (Math.hypot(x - event.clientX, y - event.clientY) < DRAG_THRESHOLD) return;
        frame = requestAnimationFrame(scroll);
      }
      update();
    };
    const end = (): void => {
      cancelAnimationFrame(frame);
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      removeEventListener('pointercancel', end);
      this.pressed = false;
      this.justEnded = this.rect !== null;
      this.rect = null;
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
    addEventListener('pointercancel', end);
  }
}
