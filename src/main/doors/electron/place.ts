import { z } from 'zod';

/** Rectangles in device-independent pixels, as Electron counts them. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface WindowPlace {
  bounds: Rectangle;
  maximized: boolean;
}

const whole = z.number().int();
const Stored = z.object({ bounds: z.object({ x: whole, y: whole, width: whole.positive(), height: whole.positive() }), maximized: z.boolean() });

export const SMALLEST = { width: 1024, height: 700 };
const USUAL = { width: 1440, height: 900 };
const GRIP = 100; // px of a window's top edge that must lie on a screen, so that it can be dragged back

/** What a file says about the window's last place; null for one that is missing, damaged or from another version. */
export function storedPlace(text: string | null): WindowPlace | null {
  try {
    const found = Stored.safeParse(JSON.parse(text ?? ''));
    return found.success ? found.data : null;
  } catch {
    return null;
  }
}

/**
 * Where the window opens: where it was, if a person can still reach it there (screens come and go, and change their scale),
 * else in the middle of the first screen. Never larger than its screen. `screens`: work areas, the first one first.
 */
export function placeOn(screens: readonly Rectangle[], last: WindowPlace | null): WindowPlace {
  if (last) {
    // Judged as it would be shown: made smaller, a window may lose the part that reached a screen.
    const again = screens.map((screen) => ({ screen, bounds: shrunkTo(screen, last.bounds) })).find((at) => reachable(at.bounds, at.screen));
    if (again) return { bounds: again.bounds, maximized: last.maximized };
  }
  const [screen = { x: 0, y: 0, ...USUAL }] = screens;
  const width = Math.min(USUAL.width, screen.width);
  const height = Math.min(USUAL.height, screen.height);
  const x = screen.x + Math.floor((screen.width - width) / 2);
  const y = screen.y + Math.floor((screen.height - height) / 2);
  return { bounds: { x, y, width, height }, maximized: last?.maximized ?? false };
}

const shrunkTo = (screen: Rectangle, { x, y, width, height }: Rectangle): Rectangle => ({
  x,
  y,
  width: Math.min(width, screen.width),
  height: Math.min(height, screen.height),
});

function reachable({ x, y, width }: Rectangle, screen: Rectangle): boolean {
  const shown = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x);
  return shown >= GRIP && y >= screen.y && y <= screen.y + screen.height - GRIP / 2;
}
