import type { Position } from '../../../../shared/what-if.ts';
import { viewport } from '../viewport.svelte.ts';
import type { Frame, Size } from '../../../kit/zoom.ts';
import { editor } from './editor.svelte.ts';
import { panKey } from './pan-key.svelte.ts';

interface Geometry {
  image: Size;
  frame: Frame;
}

const KEY_STEP = 0.02; // share of the image's side

/**
 * Draws strokes with pointer and keyboard on one of the two images while editing is `active`. Enter places a dot or a rectangle at the
 * cursor; arrow keys move the rectangle, with Shift they resize it; Enter adds it, Escape drops it. Panning and zooming are in
 * viewportGestures.
 */
export function drawGestures(letter: 'a' | 'b', active: () => boolean, geometry: () => Geometry): (element: HTMLElement) => () => void {
  const image = letter === 'a' ? 0 : 1;
  return (element) => {
    let pointer: number | null = null; // that draws
    const touches = new Set<number>();

    /** 0..1 in the image; also outside it, so that a stroke may leave the image. */
    const positionOf = (event: PointerEvent): Position => {
      const box = element.getBoundingClientRect();
      const { frame } = geometry();
      return [(event.clientX - box.left - frame.left) / frame.width, (event.clientY - box.top - frame.top) / frame.height];
    };
    const stop = (): void => {
      pointer = null;
      editor.cancel();
    };
    const ondown = (event: PointerEvent): void => {
      if (event.pointerType === 'touch') touches.add(event.pointerId);
      if (!active() || event.button !== 0 || panKey.isDown || (event.target as Element).closest('button')) return;
      if (touches.size > 1) return stop(); // two fingers zoom
      pointer = event.pointerId;
      element.setPointerCapture(event.pointerId);
      editor.begin(image, positionOf(event), geometry().image);
    };
    const onmove = (event: PointerEvent): void => {
      if (event.pointerId !== pointer) return;
      for (const each of event.getCoalescedEvents?.() ?? [event]) editor.move(positionOf(each), geometry().image);
      editor.move(positionOf(event), geometry().image);
    };
    const onup = (event: PointerEvent): void => {
      touches.delete(event.pointerId);
      if (event.pointerId !== pointer) return;
      pointer = null;
      if (event.type === 'pointercancel') editor.cancel();
      else editor.move(positionOf(event), geometry().image, true);
    };
    const onkey = (event: KeyboardEvent): void => {
      if (!active() || event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
      const by = ARROWS[event.key];
      if (by && editor.placing) editor.nudge(by, event.shiftKey ? 'resize' : 'move');
      else if (event.key === 'Enter' && editor.placing) editor.confirm();
      else if (event.key === 'Enter') {
        const { u, v } = viewport.cursor ?? { u: 0.5, v: 0.5 };
        editor.place(image, [u, v], geometry().image);
      } else if (event.key === 'Escape' && editor.live) stop();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation(); // arrow keys do not move the cursor, too
    };
    const listeners = { pointerdown: ondown, pointermove: onmove, pointerup: onup, pointercancel: onup, keydown: onkey };
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener as EventListener);
    };
  };
}

const ARROWS: Record<string, Position | undefined> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};
