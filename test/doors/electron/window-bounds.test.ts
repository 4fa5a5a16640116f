import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitBounds, type Rectangle, storedBounds } from '../../../src/main/doors/electron/window-bounds.ts';

const laptop: Rectangle = { x: 0, y: 25, width: 1512, height: 944 };
const beside: Rectangle = { x: 1512, y: 0, width: 2560, height: 1415 };

describe('window bounds', () => {
  it('are centred on the first screen without stored ones', () => {
    expect(fitBounds([laptop, beside], null)).toEqual({ bounds: { x: 36, y: 47, width: 1440, height: 900 }, maximized: false });
  });

  it('are the stored ones, on any screen', () => {
    const last = { bounds: { x: 1800, y: 200, width: 1600, height: 1000 }, maximized: false };
    expect(fitBounds([laptop, beside], last)).toEqual(last);
    const half = { bounds: { x: 1000, y: 30, width: 1200, height: 800 }, maximized: true }; // across both
    expect(fitBounds([laptop, beside], half)).toEqual(half);
  });

  it('return to the first screen when the other one was removed, still maximized', () => {
    const last = { bounds: { x: 1800, y: 200, width: 1600, height: 1000 }, maximized: true };
    expect(fitBounds([laptop], last)).toEqual({ bounds: { x: 36, y: 47, width: 1440, height: 900 }, maximized: true });
  });

  it('are never larger than the screen, whose scaling may have changed', () => {
    const small: Rectangle = { x: 0, y: 0, width: 1280, height: 720 };
    expect(fitBounds([small], { bounds: { x: 0, y: 0, width: 2560, height: 1400 }, maximized: false }).bounds).toEqual(small);
    expect(fitBounds([{ ...small, width: 800, height: 600 }], null).bounds).toEqual({ x: 0, y: 0, width: 800, height: 600 });
  });

  it('are shrunk to the screen before their visibility is checked', () => {
    const wide = { bounds: { x: -949, y: 0, width: 2561, height: 1 }, maximized: false }; // 100 px on `beside`, 99 once it is no wider
    expect(fitBounds([laptop, beside], wide).bounds).toEqual({ x: 36, y: 47, width: 1440, height: 900 });
  });

  it('always leave 100 px of the upper edge visible', () => {
    const whole = fc.integer({ min: -5000, max: 5000 });
    const size = fc.integer({ min: 1, max: 6000 });
    const rectangle = fc.record({ x: whole, y: whole, width: size, height: size });
    fc.assert(
      fc.property(rectangle, (bounds) => {
        const at = fitBounds([laptop, beside], { bounds, maximized: false }).bounds;
        const seen = [laptop, beside].some(
          (s) => at.y >= s.y && at.y < s.y + s.height && Math.min(at.x + at.width, s.x + s.width) - Math.max(at.x, s.x) >= 100,
        );
        expect(seen).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('are read from complete JSON only', () => {
    const stored = { bounds: { x: -10, y: 20, width: 1200, height: 800 }, maximized: false };
    expect(storedBounds(JSON.stringify(stored))).toEqual(stored);
    for (const text of [
      null,
      '',
      '{',
      '[]',
      '{"bounds":{"x":1}}',
      '{"bounds":{"x":0,"y":0,"width":-5,"height":2},"maximized":false}',
      '{"bounds":{"x":1e99}}',
    ])
      expect(storedBounds(text)).toBeNull();
  });
});
