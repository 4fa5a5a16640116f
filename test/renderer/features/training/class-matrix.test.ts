import { describe, expect, test } from 'vitest';
import { cellColours, cellLabel, classRows, matrixNote, MAX_SHOWN, matrixView } from '../../../../src/renderer/features/training/class-matrix.ts';
import type { ClassCell } from '../../../../src/shared/structure.ts';
import { mostConfused } from '../../../../src/shared/structure-words.ts';

const cell = (a: number, b: number, pairs: number, wrong: number): ClassCell => ({ a, b, pairs, wrong, distance: a + b, loss: 0 });
const matrix = { names: ['oak', 'elm', 'ash', 'fir'], cells: [cell(0, 0, 10, 1), cell(0, 3, 40, 20), cell(1, 2, 1, 1), cell(2, 3, 20, 2)] };

describe('matrixView', () => {
  test('is symmetric, with null where there are no pairs', () => {
    const { names, cells, most } = matrixView(matrix, 'error', 'name');
    expect(names).toEqual(['ash', 'elm', 'fir', 'oak']);
    expect(cells[0]).toEqual([null, cell(1, 2, 1, 1), cell(2, 3, 20, 2), null]);
    expect(cells[1]![0]).toBe(cells[0]![1]);
    expect(most).toBe(1);
    expect(matrixView(matrix, 'distance', 'name').most).toBe(5);
  });

  test('puts the most surely confused names first, each next to what it is confused with', () => {
    expect(matrixView(matrix, 'error', 'confusion').names).toEqual(['oak', 'fir', 'ash', 'elm']);
  });

  test('shows those with most confusion of very many names', () => {
    const names = Array.from({ length: 150 }, (_, i) => `class ${i}`);
    const view = matrixView({ names, cells: [cell(120, 140, 30, 20), cell(3, 3, 5, 0)] }, 'error', 'name');
    expect(view.names).toHaveLength(MAX_SHOWN);
    expect(view.hidden).toBe(50);
    expect(view.names.slice(-2)).toEqual(['class 120', 'class 140']);
  });
});

test('a cell says in words what its colour shows', () => {
  expect(cellLabel('oak', 'fir', cell(0, 3, 40, 20)).replaceAll('\u00a0', ' ')).toBe(
    'oak with fir: 20 of 40 verdicts wrong (50 %), mean distance 3.00',
  );
  expect(cellLabel('oak', 'oak', null)).toBe('Within oak: no test pairs');
});

test('text on every colour of the scale has a contrast of at least 4.5:1', () => {
  const linear = (c: number): number => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  for (let share = 0; share <= 1; share += 0.01) {
    const { background, ink } = cellColours(share);
    const [r, g, b] = background.match(/\d+/g)!.map(Number);
    const luminance = 0.2126 * linear(r!) + 0.7152 * linear(g!) + 0.0722 * linear(b!);
    expect(ink === '#fff' ? 1.05 / (luminance + 0.05) : (luminance + 0.05) / 0.05).toBeGreaterThanOrEqual(4.5);
  }
});

test('the most confused classes are those with enough evidence, not one wrong verdict of one', () => {
  expect(mostConfused(matrix, 2)).toEqual([cell(0, 3, 40, 20), cell(1, 2, 1, 1)]);
  expect(mostConfused({ names: ['oak'], cells: [cell(0, 0, 4, 4)] }, 2)).toEqual([]);
});

test('classes are listed with the least accurate first; one without pairs last; each with what it is confused with', () => {
  const figures = { images: 3, pairs: 4, sameWrong: 0, same: 2, differentWrong: 0, different: 2, recall1: null };
  const rows = classRows(
    ['oak', 'elm', 'ash'],
    [0.9, null, 0.5].map((value) => ({ ...figures, accuracy: value === null ? null : { value, interval: [0.1, 1] as [number, number] } })),
    [
      { from: 0, to: 2, queries: 3 },
      { from: 0, to: 1, queries: 1 },
      { from: 1, to: 0, queries: 1 },
    ],
  );
  expect(rows.map(({ name, accuracyText, nearestText }) => [name, accuracyText.replace('\u00a0', ' '), nearestText])).toEqual([
    ['ash', '50 %', '–'],
    ['oak', '90 %', 'ash, 3 images'],
    ['elm', '–', 'oak, 1 image'],
  ]);
});

test('a matrix says what its diagonal holds and by which threshold verdicts are wrong', () => {
  expect(matrixNote({ same: 'class', groupName: null }, 'class', 1.52, 'error')).toBe(
    'Diagonal: same pairs within a class, wrong if called different. Other cells: different pairs of two classes, wrong if called same; each is shown twice. Verdicts at the threshold of 1.52.',
  );
  const listings = { same: 'group', groupName: 'listing' } as const;
  expect(matrixNote(listings, 'class', 1.52, 'error')).toMatch(/^Diagonal: pairs within a class. Other cells: pairs of two classes; /); // of both labels
  expect(matrixNote(listings, 'group', 1.52, 'distance')).toBe(
    'Diagonal: same pairs within a listing. Other cells: different pairs of two listings; each is shown twice. The threshold is 1.52.',
  );
});
