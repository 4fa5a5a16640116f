import type { Letter } from '../compare.svelte.ts';
import { viewport } from '../viewport.svelte.ts';
import { imagePositionAt, type Frame } from '../../../kit/zoom.ts';
import { matches } from './matches.svelte.ts';

const CLICK = 4; // px that the pointer may move in a click

/** A click or Enter on an image pins the spot there; Escape unpins it. Dragging pans as before. */
export function pinGestures(letter: Letter, isActive: () => boolean, frame: () => Frame): (element: HTMLElement) => () => void {
  return (element) => {
    let start: { x: number; y: number } | null = null;
    const ondown = (event: PointerEvent): void => void (start = event.button === 0 ? { x: event.clientX, y: event.clientY } : null);
    const onclick = (event: MouseEvent): void => {
      if (!isActive() || !start || Math.hypot(event.clientX - start.x, event.clientY - start.y) > CLICK) return;
      const box = element.getBoundingClientRect();
      const position = imagePositionAt(frame(), event.clientX - box.left, event.clientY - box.top);
      if (position) matches.togglePin(letter, position);
    };
    const onkey = (event: KeyboardEvent): void => {
      if (!isActive() || event.target !== element) return;
      if (event.key === 'Escape' && matches.pinned) matches.pinned = null;
      else if (event.key === 'Enter' && viewport.cursor) matches.togglePin(letter, viewport.cursor);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    element.addEventListener('pointerdown', ondown);
    element.addEventListener('click', onclick);
    element.addEventListener('keydown', onkey);
    return () => {
      element.removeEventListener('pointerdown', ondown);
      element.removeEventListener('click', onclick);
      element.removeEventListener('keydown', onkey);
    };
  };
}
