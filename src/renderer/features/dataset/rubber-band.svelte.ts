import type { Rect } from './grid-layout.ts';
import type { Selection } from './selection.ts';

const STARTS = 6; // px of movement; less is a click
const EDGE = 48; // px from the list's edge where it starts to scroll
const PER_FRAME = 18; // px

/** A selection frame drawn over a scrolling list; its corners are in px of the scrolled content. */
export class RubberBand {
  rect = $state.raw<Rect | null>(null);
  /** From the press on: an image selected under the pointer must not start a drag. */
  pressed = false;
  /** Whether the next click ends a selection frame. */
  justEnded = false;
  private readonly scroller: () => HTMLElement;
  private readonly draw: (rect: Rect, add: Selection | null) => void;

  constructor(scroller: () => HTMLElement, draw: (rect: Rect, add: Selection | null) => void) {
    this.scroller = scroller;
    this.draw = draw;
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
      this.draw(this.rect, add);
    };
    const scroll = (): void => {
      const step = y < box.top + EDGE ? -PER_FRAME : y > box.bottom - EDGE ? PER_FRAME : 0;
      if (step !== 0) {
        list.scrollTop += step;
        update();
      }
      frame = requestAnimationFrame(scroll);
    };
    const move = (moved: PointerEvent): void => {
      [x, y] = [moved.clientX, moved.clientY];
      if (this.rect === null) {
        if (Math.hypot(x - event.clientX, y - event.clientY) < STARTS) return;
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
