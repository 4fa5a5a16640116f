import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute, VIEWS } from '../../../src/renderer/client/route-hash.ts';

describe('routes', () => {
  it('parses view and parameters', () => {
    expect(parseRoute('#/compare?a=3&run=r1')).toEqual({ view: 'compare', params: { a: '3', run: 'r1' } });
    expect(parseRoute('#/train')).toEqual({ view: 'train', params: {} });
  });

  it('falls back to the first view', () => {
    for (const hash of ['', '#', '#/', '#/nowhere', '#images/../..']) expect(parseRoute(hash).view).toBe('images');
  });

  it('omits empty values', () => {
    expect(formatRoute('images', { q: '', tag: null, class: undefined, id: '0' })).toBe('#/images?id=0');
  });

  it('round-trips every route, whatever a file is called', () => {
    const params = fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string({ minLength: 1, unit: 'grapheme' }));
    fc.assert(
      fc.property(fc.constantFrom(...VIEWS), params, (view, given) => {
        const { view: back, params: found } = parseRoute(formatRoute(view, given));
        expect(back).toBe(view);
        expect({ ...found }).toEqual({ ...given });
      }),
    );
  });
});
