import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markup, nameOf } from '../../src/main/foundation/html.ts';

/** Reads character references back, as a browser would. */
const unescape = (text: string): string =>
  text.replace(/&(lt|gt|quot|amp|#39);/g, (_, entity: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" })[entity]!);
const withoutControls = (text: string): string => text.replace(/\p{Cc}/gu, ' ').toWellFormed();

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'img onerror=', '</bdi>', '-->', '\u202e', '\n', 'a', '&lt;', '<script>') }),
);

describe('escaping', () => {
  test('no text makes a tag, leaves an attribute, or starts a character reference', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const inside = markup`<p title="${text}">${text}</p>`.source.match(/^<p title="([^"]*)">([^<]*)<\/p>$/);
        expect(inside).not.toBeNull();
        for (const part of inside!.slice(1)) {
          expect(part).not.toMatch(/[<>"']/);
          expect(part).not.toMatch(/&(?!(lt|gt|quot|amp|#39);)/);
        }
      }),
    );
  });

  test('a reader sees the text itself', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const clean = withoutControls(text);
        expect(unescape(markup`${clean}`.source)).toBe(clean);
      }),
    );
  });

  test('control characters become visible symbols, line breaks and tabs stay', () => {
    expect(markup`${'a\u0000b\u001bc\u007fd\u0085e\n\t'}`.source).toBe('a\u2400b\u241bc\u2421d\ufffde\n\t');
  });

  test('markup stays markup, lists are joined, absent values are empty, zero is shown', () => {
    expect(markup`<ul>${['<a>', 'b'].map((x) => markup`<li>${x}</li>`)}</ul>${null}${undefined}${false}${0}`.source).toBe(
      '<ul><li>&lt;a&gt;</li><li>b</li></ul>0',
    );
  });

  test('a name keeps its own direction', () => {
    expect(nameOf('\u202egpj.exe').source).toBe('<bdi class="name">\u202egpj.exe</bdi>');
  });

  test('a long word of a name may be divided after a separator, a short one and an extension may not', () => {
    expect(nameOf('IMG_20260314_174522_HDR_edited.png, <b>_checks-013.png').source).toBe(
      '<bdi class="name">IMG_<wbr>20260314_<wbr>174522_HDR_<wbr>edited.png, &lt;b&gt;_checks-013.png</bdi>',
    );
    expect(nameOf('x'.repeat(300)).source).toBe(`<bdi class="name">${'x'.repeat(300)}</bdi>`);
  });
});
