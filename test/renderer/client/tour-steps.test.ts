import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionCard, TOUR } from '../../../src/renderer/client/tour-steps.ts';

describe('the tour', () => {
  it('is read in under a minute at 200 words a minute', () => {
    const words = TOUR.flatMap(({ title, text }) => `${title} ${text}`.split(/\s+/)).length;
    expect((words / 200) * 60).toBeLessThan(60);
  });

  it('is placed beside its anchor and inside the window', () => {
    expect(positionCard({ left: 0, top: 100, right: 196, bottom: 136 }, { width: 328, height: 180 }, { width: 1440, height: 900 })).toEqual({
      left: 210,
      top: 86,
    });
    const px = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(px(3000), px(2000), px(300), px(100), (left, top, width, height) => {
        const card = { width: 328, height: 220 };
        const window = { width: 720, height: 450 };
        const at = positionCard({ left, top, right: left + width, bottom: top + height }, card, window);
        expect(at.left).toBeGreaterThanOrEqual(0);
        expect(at.top).toBeGreaterThanOrEqual(0);
        expect(at.left + card.width).toBeLessThanOrEqual(window.width);
        expect(at.top + card.height).toBeLessThanOrEqual(window.height);
      }),
    );
  });
});

it('the card of the tour is below or above an anchor at the right edge, never on it', () => {
  const [card, window] = [
    { width: 328, height: 200 },
    { width: 1440, height: 900 },
  ];
  const panel = { left: 1110, right: 1430, top: 60, bottom: 460 };
  expect(positionCard(panel, card, window)).toEqual({ left: 1104, top: 474 });
  expect(positionCard({ ...panel, top: 600, bottom: 860 }, card, window)).toEqual({ left: 1104, top: 386 });
});
