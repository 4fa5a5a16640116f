import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadIds } from '../../../src/main/features/dataset/spread-ids.ts';

test('a sample has existing ids, each once, spread over all images', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 60 }), (images, count) => {
      const ids = spreadIds(images, count);
      expect(ids).toHaveLength(Math.min(images, count));
      expect(new Set(ids).size).toBe(ids.length);
      ids.forEach((id, i) => {
        expect(id).toBeGreaterThanOrEqual(Math.floor((i * images) / ids.length));
        expect(id).toBeLessThan(((i + 1) * images) / ids.length);
      });
    }),
  );
});
