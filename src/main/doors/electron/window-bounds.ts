/** Rectangles in device-independent pixels, as Electron counts them. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface WindowBounds {
  bounds: Rectangle;
  maximized: boolean;
}

export const MIN_SIZE = { width: 1024, height: 700 };
const DEFAULT_SIZE = { width: 1440, height: 900 };
const GRIP_PX = 100; // of the window's top edge that must be on a display, so that it can be dragged back

/** The window's last bounds from a file; null if it is missing, damaged or from another version. */
export function storedBounds(text: string | null): WindowBounds | null {
  try {
    const found = JSON.parse(text ?? '') as { bounds?: Partial<Record<keyof Rectangle, unknown>>; maximized?: unknown };
    const { x, y, width, height } = found.bounds!;
    const isValid =
      [x, y, width, height].every(Number.isSafeInteger) && Number(width) > 0 && Number(height) > 0 && typeof found.maximized === 'boolean';
    return isValid ? ({ bounds: { x, y, width, height }, maximized: found.maximized } as WindowBounds) : null;
  } catch {
    return null;
  }
}

/**
 * Bounds for opening the window: the last ones if the window is still reachable there (displays are removed or rescaled), else
 * centred on the first display. Never larger than the display. `screens`: work areas, the primary first.
 */
export function fitBounds(screens: readonly Rectangle[], last: WindowBounds | null): WindowBounds {
  if (last) {
    // Checked after shrinking: a smaller window may lose the part that reached a display.
    const reopened = screens.map((screen) => ({ screen, bounds: shrinkTo(screen, last.bounds) })).find((at) => isReachable(at.bounds, at.screen));
    if (reopened) return { bounds: reopened.bounds, maximized: last.maximized };
  }
  const [screen = { x: 0, y: 0, ...DEFAULT_SIZE }] = screens;
  const width = Math.min(DEFAULT_SIZE.width, screen.width);
  const height = Math.min(DEFAULT_SIZE.height, screen.height);
  const x = screen.x + Math.floor((screen.width - width) / 2);
  const y = screen.y + Math.floor((screen.height - height) / 2);
  return { bounds: { x, y, width, height }, maximized: last?.maximized ?? false };
}

const shrinkTo = (screen: Rectangle, { x, y, width, height }: Rectangle): Rectangle => ({
  x,
  y,
  width: Math.min(width, screen.width),
  height: Math.min(height, screen.height),
});

function isReachable({ x, y, width }: Rectangle, screen: Rectangle): boolean {
  const shown = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x);
  return shown >= GRIP_PX && y >= screen.y && y <= screen.y + screen.height - GRIP_PX / 2;
}
