import type { MapState } from './map-state.svelte.ts';
import { panBy, type Point, toMap, zoomAt } from './view-box.ts';

/** move: a drag moves the map. With Shift it draws a lasso in any mode. */
export type Mode = 'move' | 'lasso' | 'box';

const DRAG_THRESHOLD = 4; // pixels; less is a click
const HIT = 12; // pixels from a point that still hit it
const WHEEL = 0.0015; // of the exponent, per pixel of the wheel
const KEY_ZOOM = 1.4;
const KEY_PAN = 60; // pixels

/** What pointer, wheel and keys do on the map's canvas. Points are in pixels of the canvas. */
export class PointerTool {
  mode = $state<Mode>('move');
  /** The outline that is being drawn. */
  outline = $state.raw<readonly Point[]>([]);
  /** The point under the pointer, and where it is. */
  hovered = $state.raw<{ i: number; at: Point } | null>(null);
  private readonly map: MapState;

  constructor(map: MapState) {
    this.map = map;
  }

  press(event: PointerEvent, canvas: HTMLElement): void {
    if (event.button !== 0 || !this.map.points) return;
    const mode = event.shiftKey ? 'lasso' : this.mode;
    const add = event.ctrlKey || event.metaKey;
    const start = placeIn(event, canvas);
    let last = start;
    let dragged = false;
    this.hovered = null;
    canvas.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent): void => {
      const at = placeIn(moved, canvas);
      if (!dragged && Math.hypot(at.x - start.x, at.y - start.y) < DRAG_THRESHOLD) return;
      dragged = true;
      if (mode === 'move') this.map.move(panBy(this.map.view, at.x - last.x, at.y - last.y));
      else this.outline = mode === 'box' ? corners(start, at) : this.outline.length === 0 ? [start, at] : [...this.outline, at];
      last = at;
    };
    const end = (ended: PointerEvent): void => {
      canvas.removeEventListener('pointermove', move);
      canvas.removeEventListener('pointerup', end);
      canvas.removeEventListener('pointercancel', end);
      if (ended.type === 'pointerup') {
        if (!dragged) this.click(start, add);
        else if (mode !== 'move') this.selectOutline(add);
      }
      this.outline = [];
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerup', end);
    canvas.addEventListener('pointercancel', end);
  }

  hover(event: PointerEvent, canvas: HTMLElement): void {
    if (event.buttons !== 0) return;
    const at = placeIn(event, canvas);
    const i = this.hit(at);
    this.hovered = i === null ? null : { i, at };
  }

  wheel(event: WheelEvent, canvas: HTMLElement): void {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    this.zoom(Math.exp(-pixels * WHEEL), placeIn(event, canvas));
    this.hovered = null;
  }

  /** `at`: the place that stays; default: the middle. */
  zoom(factor: number, at: Point = { x: this.map.view.width / 2, y: this.map.view.height / 2 }): void {
    this.map.move(zoomAt(this.map.view, at, factor, this.map.whole));
  }

  /** The point at a place of the canvas. */
  hit(at: Point): number | null {
    const { points, view } = this.map;
    return points?.index.nearest(toMap(view, at), HIT / view.scale) ?? null;
  }

  /** Whether the key did something. */
  key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const pan = PANS[event.key];
    if (pan) this.map.move(panBy(this.map.view, -pan[0] * KEY_PAN, -pan[1] * KEY_PAN));
    else if (event.key === '+' || event.key === '=') this.zoom(KEY_ZOOM);
    else if (event.key === '-') this.zoom(1 / KEY_ZOOM);
    else if (event.key === '0') this.map.showWhole();
    else return false;
    return true;
  }

  private click(at: Point, add: boolean): void {
    const i = this.hit(at);
    if (i === null) return add ? undefined : this.map.select([]);
    if (add) this.map.toggle(i);
    else this.map.select([i]);
  }

  private selectOutline(add: boolean): void {
    const { points, view } = this.map;
    const polygon = this.outline.map((corner) => toMap(view, corner));
    this.map.select(points!.index.inPolygon(polygon), add);
  }
}

const PANS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function placeIn(event: MouseEvent, element: HTMLElement): Point {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

const corners = (a: Point, b: Point): Point[] => [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
