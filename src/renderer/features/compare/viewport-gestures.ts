import { viewport } from './viewport.svelte.ts';
import { imagePositionAt, STEP, type Frame, type Size } from '../../kit/zoom.ts';

interface Geometry {
  pane: Size;
  image: Size;
  frame: Frame;
}

const KEY_STEP = 0.02; // share of the image's side: cursor movement per key press
const KEY_PAN = 40; // px per key press
const PINCH = 0.01; // zoom per px of a trackpad pinch

/**
 * Pointer, wheel, pinch and arrow keys on one of the two images; both zoom and pan together. While `draws`, only the middle button and two
 * fingers pan.
 */
export function viewportGestures(letter: 'a' | 'b', geometry: () => Geometry, draws: () => boolean): (element: HTMLElement) => () => void {
  return (element) => {
    const pointers = new Map<number, { x: number; y: number }>();
    let spread = 0; // px between two fingers

    const positionOf = (event: PointerEvent | WheelEvent): { x: number; y: number } => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const moveCursor = (x: number, y: number): void => {
      const position = imagePositionAt(geometry().frame, x, y);
      viewport.cursor = position && { ...position, over: letter };
    };
    const onwheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { x, y } = positionOf(event);
      const { pane, image } = geometry();
      const factor = event.ctrlKey ? Math.exp(-event.deltaY * PINCH) : event.deltaY < 0 ? STEP : event.deltaY > 0 ? 1 / STEP : 1;
      viewport.zoom(factor, pane, image, x, y);
      moveCursor(x, y);
    };
    const ondown = (event: PointerEvent): void => {
      const pans = event.button === 1 || (event.button === 0 && (!draws() || event.pointerType === 'touch'));
      if (!pans || (event.target as Element).closest('button')) return;
      if (event.button === 1) event.preventDefault(); // no automatic scrolling
      pointers.set(event.pointerId, positionOf(event));
      element.setPointerCapture(event.pointerId);
    };
    const onmove = (event: PointerEvent): void => {
      const position = positionOf(event);
      const previous = pointers.get(event.pointerId);
      const { pane, image } = geometry();
      if (previous) {
        pointers.set(event.pointerId, position);
        if (pointers.size === 2) {
          const [p, q] = [...pointers.values()] as [typeof position, typeof position];
          const now = Math.hypot(p.x - q.x, p.y - q.y);
          if (spread > 0) viewport.zoom(now / spread, pane, image, (p.x + q.x) / 2, (p.y + q.y) / 2);
          spread = now;
        } else if (!draws() || event.pointerType !== 'touch') viewport.pan(pane, image, position.x - previous.x, position.y - previous.y);
      }
      moveCursor(position.x, position.y);
    };
    const onup = (event: PointerEvent): void => {
      pointers.delete(event.pointerId);
      spread = 0;
    };
    const onleave = (): void => {
      if (document.activeElement !== element) viewport.cursor = null;
    };
    const onkey = (event: KeyboardEvent): void => {
      const [dx, dy] = ARROWS[event.key] ?? [0, 0];
      if ((dx === 0 && dy === 0) || event.target !== element) return;
      event.preventDefault();
      event.stopPropagation();
      const { pane, image } = geometry();
      if (event.shiftKey) viewport.pan(pane, image, -dx * KEY_PAN, -dy * KEY_PAN);
      else {
        const { u, v } = viewport.cursor ?? { u: 0.5, v: 0.5 };
        const clamp = (x: number): number => Math.min(1 - 1e-6, Math.max(0, x));
        const step = viewport.cursor ? KEY_STEP / viewport.view.zoom : 0; // the first key press only shows the cursor
        viewport.cursor = { u: clamp(u + dx * step), v: clamp(v + dy * step), over: letter };
      }
    };
    // Later: the focused image may lose the focus because it is being removed, and then no state may be set.
    const onblur = (): void => queueMicrotask(() => (viewport.cursor = null));

    const listeners = { wheel: onwheel, pointerdown: ondown, pointermove: onmove, pointerup: onup, pointercancel: onup, pointerleave: onleave };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener as EventListener, { passive: false });
    element.addEventListener('keydown', onkey);
    element.addEventListener('blur', onblur);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener as EventListener);
      element.removeEventListener('keydown', onkey);
      element.removeEventListener('blur', onblur);
    };
  };
}

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
