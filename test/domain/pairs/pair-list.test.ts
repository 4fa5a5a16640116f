import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvRecords, separatorOf } from '../../../src/main/domain/pairs/csv.ts';
import { readPairList } from '../../../src/main/domain/pairs/pair-list.ts';

const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\t', '\n', '\r\n', ' ', '\u2028'), maxLength: 8 });
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

describe('csvRecords', () => {
  test.each([',', ';', '\t'])('any fields are read back with their lines, separated by %j', (separator) => {
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom('', '\ufeff'),
        (rows, end, mark) => {
          const lines = rows.map((row) => row.map(quoted).join(separator));
          const expected = rows.map((fields, i) => ({
            line:
              lines
                .slice(0, i)
                .join(end)
                .split(/\r\n|\r|\n/).length + (i > 0 ? 1 : 0),
            fields,
            open: false,
          }));
          expect(csvRecords(mark + lines.join(end), separator)).toEqual(expected);
        },
      ),
    );
  });

  test('a line may be long, and a quote in it may stay open', () => {
    expect(separatorOf('a;'.repeat(8_000_000))).toBe(';'); // longer than a regular expression can match
    expect(csvRecords('\r\n"a,b";"c ""d"",,";e\nf,g;h;i,j').map(({ fields }) => fields.length)).toEqual([3, 3]);
    expect(csvRecords('a;"b,,,,\nc,d')).toEqual([{ line: 1, fields: ['a;"b,,,,\nc,d'], open: true }]);
  });

  test('a record begins at its line, also after line ends in quotes and empty lines', () => {
    expect(csvRecords('a,"x\ny",1\r\n\r\nb,c,0\rd,"e').map(({ line, fields, open }) => [line, fields, open])).toEqual([
      [1, ['a', 'x\ny', '1'], false],
      [4, ['b', 'c', '0'], false],
      [5, ['d,"e'], true],
    ]);
    expect(csvRecords('a;b;"1,5"\n')[0]!.fields).toEqual(['a', 'b', '1,5']);
    expect(csvRecords('')).toEqual([]);
  });
});

const images = ['oak/1.png', 'oak/2.png', 'elm/1.png', 'elm/été.png', 'ash/copy.png', 'ash/x, y.png'].map((file, id) => ({
  id,
  file,
  content: file === 'ash/copy.png' ? 'c0' : `c${id}`,
}));
const read = (text: string) => readPairList(text, { images, excluded: new Set(['oak/9.png']), root: '/data/trees' });
const reasons = (text: string): Record<number, string> => Object.fromEntries(read(text).problems.map(({ line, reason }) => [line, reason]));

describe('readPairList', () => {
  test.each<[string, string]>([
    ['commas', 'oak/1.png,oak/2.png,0\noak/1.png,elm/1.png,1\n'],
    ['a header', 'fileA,fileB,label\noak/1.png,oak/2.png,same\noak/1.png,elm/1.png,different'],
    ['a byte order mark, semicolons and Windows line ends', '\ufefffileA;fileB;label\r\noak/1.png;oak/2.png;0\r\noak/1.png;elm/1.png;1\r\n'],
    ['tabs and quotes', '"oak/1.png"\t"oak/2.png"\tSAME\noak/1.png\telm/1.png\tnegative'],
    ['paths, backslashes and unique names', '/data/trees/oak/1.png,2.png,0\n.\\oak\\1.png,elm/1.png,1'],
    ['a column that says which of 0 and 1 is same', 'a,b,is_same\noak/1.png,oak/2.png,1\noak/1.png,elm/1.png,0'],
  ])('%s', (_, text) => {
    expect(read(text)).toMatchObject({
      pairs: [
        { a: 0, b: 1, label: 0 },
        { a: 0, b: 2, label: 1 },
      ],
      problems: [],
    });
  });

  test.each([
    ['same', 'is read as same and 0 as different'],
    ['Match', 'is read as same and 0 as different'],
    ['is_same_class', 'is read as same and 0 as different'],
    ['is_mismatch', '0 is read as same and 1 as different'],
    ['dissimilarity', '0 is read as same and 1 as different'],
    ['non-match?', '0 is read as same and 1 as different'],
    ['different', '0 is read as same and 1 as different'],
    ['label (1=different, 0=same)', 'unclear'],
    ['sameness score', 'unclear'],
  ])('the column %j: %s', (column, reading) => {
    const { labels, pairs, problems } = read(`file_a,file_b,"${column}"\noak/1.png,oak/2.png,1\noak/1.png,elm/1.png,same`);
    expect(labels).toContain(reading);
    const isUnclear = reading === 'unclear';
    expect(pairs.map(({ label }) => label)).toEqual(isUnclear ? [0] : [labels.startsWith('1') ? 0 : 1, 0]);
    expect(problems.map(({ line }) => line)).toEqual(isUnclear ? [2] : []);
  });

  test('a first row of unknown files with a label is no header', () => {
    expect(reasons('oak/7.png,oak/8.png,same\noak/1.png,oak/2.png,0')).toEqual({ 1: 'there is no image “oak/7.png” in the data set' });
  });

  test('says how 0 and 1 were read', () => {
    expect(read('oak/1.png,oak/2.png,0').labels).toBe('0 is read as same and 1 as different.');
    expect(read('a,b,is_same\noak/1.png,oak/2.png,1').labels).toContain(
      '1 is read as same and 0 as different, because the column is called “is_same”',
    );
  });

  test('names the line and the reason of each row that can’t be used; the others are used', () => {
    const rows = [
      'oak/1.png,oak/2.png,0', // 1
      'oak/1.png,oak/3.png,0',
      'oak/9.png,oak/1.png,1',
      '1.png,oak/2.png,1',
      'oak/1.png,oak/1.png,0',
      'oak/1.png,ash/copy.png,0',
      'oak/2.png,elm/1.png,maybe',
      'oak/2.png,oak/1.png,0', // 8: line 1 again
      'oak/1.png,elm/1.png',
      'elm/1.png,oak/2.png,1', // 10
      'ash/copy.png,elm/1.png,1', // 11: a copy of oak/1
      'elm/1.png,oak/1.png,0', // 12: contradicts 11
      '"elm/e\u0301te\u0301.png","ash/x, y.png",1', // 13
      '"oak/1.png,oak/2.png',
    ];
    const { pairs } = read(rows.join('\n'));
    expect(pairs).toEqual([
      { a: 0, b: 1, label: 0 },
      { a: 2, b: 1, label: 1 },
      { a: 3, b: 5, label: 1 },
    ]);
    expect(reasons(rows.join('\n'))).toEqual({
      2: 'there is no image “oak/3.png” in the data set',
      3: '“oak/9.png” is excluded from the data set',
      4: 'several images are called “1.png”: write the folder, too',
      5: 'pairs an image with itself',
      6: 'pairs two copies of one image',
      7: 'has the label “maybe”; use 0 or same, 1 or different',
      8: 'is the pair of line 1 again',
      9: 'needs three columns: file A, file B and the label',
      11: 'is contradicted by line 12',
      12: 'contradicts line 11, which says different',
      14: 'a quote is never closed',
    });
    expect(read('').pairs).toEqual([]);
  });

  test('100,000 rows keep their order and lines', () => {
    const many = Array.from({ length: 1000 }, (_, id) => ({ id, file: `c/${id}.png`, content: `c${id}` }));
    const rows = Array.from(
      { length: 100_000 },
      (_, i) => `c/${Math.floor(i / 100) % 1000}.png,c/${(Math.floor(i / 100) + 1 + (i % 100)) % 1000}.png,${i % 2}`,
    );
    const { pairs, problems } = readPairList(rows.join('\n'), { images: many, excluded: new Set(), root: '/x' });
    expect(pairs).toHaveLength(100_000);
    expect(problems).toEqual([]);
    expect(pairs[99_999]).toEqual({ a: 999, b: 99, label: 1 });
  });
});
