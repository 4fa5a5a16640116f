import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelPosition, markPosition } from '../../../../src/renderer/features/compare/label-position.ts';
import { FIT_VIEW, frameOf } from '../../../../src/renderer/kit/zoom.ts';

const side = fc.integer({ min: 20, max: 2000 });
const size = fc.record({ width: side, height: side });

test('a label is on the image only where the pane has no room beside it', () => {
  fc.assert(
    fc.property(size, size, (pane, image) => {
      const frame = frameOf(FIT_VIEW, pane, image);
      const label = labelPosition(pane, frame);
      const isAbove = label.top + 24 <= frame.top;
      const isLeft = label.left + label.maxWidth <= frame.left;
      expect(label.covers).toBe(!isAbove && !isLeft);
      const mark = markPosition(pane, frame);
      const isBelow = mark.top >= frame.top + frame.height && mark.top + 24 <= pane.height;
      expect([label, mark].map(({ wraps }) => wraps)).toEqual([label, mark].map(({ left, maxWidth }) => left + maxWidth <= frame.left));
      expect(mark.covers).toBe(!isBelow && !(mark.left + mark.maxWidth <= frame.left));
    }),
  );
});

test('above a wide image, left of a tall one, on one that fills its pane', () => {
  const pane = { width: 800, height: 400 };
  expect(labelPosition(pane, frameOf(FIT_VIEW, pane, { width: 800, height: 200 }))).toMatchObject({ left: 0, top: 71, covers: false });
  expect(labelPosition(pane, frameOf(FIT_VIEW, pane, { width: 200, height: 400 }))).toMatchObject({ left: 0, maxWidth: 295, covers: false });
  expect(labelPosition(pane, frameOf(FIT_VIEW, pane, { width: 800, height: 400 }))).toMatchObject({ left: 10, top: 10, covers: true });
});
