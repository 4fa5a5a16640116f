import { describe, expect, test } from 'vitest';
import { cellCentre, cellNear, type CellMatches, matchesOfCell, type PairMatches, strongestPairs } from '../../../src/shared/matches.ts';
import { evenPlacement } from '../../../src/shared/maps/placement.ts';
import { headOf } from '../../../src/main/nn/explain/cell-embeddings.ts';
import { correspond } from '../../../src/main/nn/explain/correspondence.ts';
import { layerTask, siameseParams } from '../../../src/main/nn/siamese.ts';
import { ENGINES } from '../engines.ts';
import { CORRESPONDENCE_SPEC } from '../fixtures/correspondence-network.ts';
import { filledTensors, hashed, readFixture, relativeError } from '../reference.ts';

/** Written by correspondence.py: float64 and numpy, from the exported network. */
interface Fixture {
  cells: number;
  distance: number;
  unrelated: number;
  cosines: number[]; // [cells, cells]
  shares: number[];
}

const fixture = readFixture<Fixture>('correspondence.json');
const params = filledTensors(siameseParams(CORRESPONDENCE_SPEC));
const head = headOf(params);
const CHANNELS = params.get('fc.0.weight')!.shape[1]!;
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
const image = (name: string): Float32Array => Float32Array.from(hashed(name, 3 * CORRESPONDENCE_SPEC.size ** 2), (u) => 1.5 * u);
const transposed = (matrix: Float64Array, n: number): Float64Array => matrix.map((_, i) => matrix[(i % n) * n + Math.floor(i / n)]!);

describe.each(ENGINES)('pairs of cells, on $title', ({ open }) => {
  const featuresOf = async (a: Float32Array, b: Float32Array): Promise<{ features: Float32Array; embedding: Float32Array }> => {
    const program = await (await open()).compile(layerTask(CORRESPONDENCE_SPEC, 'stage3', 2), params);
    const { features, embedding } = await program.run({ images: Float32Array.from([...a, ...b]) });
    const copies = { features: features!.slice(), embedding: embedding!.slice() };
    await program.dispose();
    return copies;
  };

  test('cosines and shares equal those in numpy; the shares of all pairs add up to D - R', async () => {
    const { features } = await featuresOf(image('image1'), image('image2'));
    const found = correspond(features, CHANNELS, head);
    expect(found.cells).toBe(fixture.cells);
    expect(relativeError([found.distance, found.unrelated], [fixture.distance, fixture.unrelated])).toBeLessThan(1e-4);
    expect(relativeError(found.cosines, fixture.cosines)).toBeLessThan(1e-4);
    expect(relativeError(found.shares, fixture.shares)).toBeLessThan(1e-4);
    expect(Math.abs(sum(found.shares) - (found.distance - found.unrelated))).toBeLessThan(1e-5 * found.distance);
    expect(Math.abs(sum(fixture.shares) - (fixture.distance - fixture.unrelated))).toBeLessThan(1e-4 * fixture.distance);
    const swapped = correspond(
      Float32Array.from([...features.slice(features.length / 2), ...features.slice(0, features.length / 2)]),
      CHANNELS,
      head,
    );
    expect(relativeError(swapped.shares, transposed(found.shares, found.cells))).toBeLessThan(1e-12);
    expect(relativeError(swapped.cosines, transposed(found.cosines, found.cells))).toBeLessThan(1e-12);
    expect(swapped.distance).toBeCloseTo(found.distance, 12);
  });

  test('an image and its shifted copy: cells match the shifted ones; the same image twice: each cell matches itself', async () => {
    const size = CORRESPONDENCE_SPEC.size;
    const one = image('image1');
    const shift = 16; // px: two cells of 8
    const shifted = one.map((_, i) => {
      const [row, x] = [Math.floor(i / size), i % size];
      return one[row * size + ((x + shift) % size)]!;
    });
    const side = size / 8;
    const { cosines } = correspond((await featuresOf(one, shifted)).features, CHANNELS, head);
    const best = (cell: number): number => {
      const row = cosines.slice(cell * side ** 2, (cell + 1) * side ** 2);
      return row.indexOf(Math.max(...row));
    };
    const inner = (cell: number): boolean => cell % side === 3 && Math.floor(cell / side) % (side - 1) > 0; // without padding in either image
    const cells = Array.from({ length: side ** 2 }, (_, cell) => cell).filter(inner);
    expect(cells.length).toBeGreaterThan(2);
    for (const cell of cells) expect(best(cell)).toBe(cell - 2);
    const same = correspond((await featuresOf(one, one)).features, CHANNELS, head);
    for (let cell = 0; cell < side ** 2; cell++) expect(same.cosines[cell * (side ** 2 + 1)]).toBeCloseTo(1, 10);
    expect(same.distance).toBeLessThan(1e-4);
    expect(sum(same.shares)).toBeCloseTo(same.distance - same.unrelated, 5);
  });
});

test('features that are zero: no cosine, no share, and D = R', () => {
  const found = correspond(new Float32Array(2 * CHANNELS * 4), CHANNELS, head);
  expect([...found.cosines, ...found.shares].every((value) => value === 0)).toBe(true);
  expect(found.distance).toBe(found.unrelated);
});

describe('matches of a pair', () => {
  const list = (cells: number[], cosines: number[], shares: number[]): CellMatches => ({ cells, cosines, shares });
  const pair: PairMatches = {
    ...{ width: 3, height: 1, placement: evenPlacement(3, 1), listed: 2, distance: 1, unrelated: 1.2 },
    matches: [
      list([1, 0, 0, 1, 2, 1], [0.9, 0.5, 0.8, 0.7, 0, 0], [-0.1, 0.2, 0.3, 0.1, 0, 0]),
      list([1, 0, 0, 1, 2, 1], [0.8, 0.5, 0.9, 0.7, 0, 0], [0.3, 0.2, -0.1, 0.1, 0, 0]),
    ],
  };

  test('mutual ones are each other’s best; the largest share comes first; a cell without features has none', () => {
    expect(matchesOfCell(pair, 0, 0)).toEqual([
      { a: 0, b: 1, cosine: 0.9, share: -0.1, mutual: true },
      { a: 0, b: 0, cosine: 0.5, share: 0.2, mutual: false },
    ]);
    expect(matchesOfCell(pair, 1, 1)[0]).toEqual({ a: 0, b: 1, cosine: 0.9, share: -0.1, mutual: true });
    expect(matchesOfCell(pair, 0, 2)).toEqual([]);
    expect(strongestPairs(pair).map(({ share }) => share)).toEqual([0.3, -0.1]);
    expect(strongestPairs(pair, 1)).toHaveLength(1);
    expect(cellCentre(pair, 2).u).toBeCloseTo(2.5 / 3, 12);
    expect(cellNear(pair, 0.99, 0)).toBe(2);
  });
});
