import { expect, test } from 'vitest';
import type { CallContext } from '../../../src/main/compute/protocol/protocol.ts';
import { checkLabels } from '../../../src/main/compute/wrong-labels/check-labels.ts';
import { packImages } from '../../../src/main/domain/pairs/packed.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { embeddedPoints, sha256 } from './embedded-points.ts';

const CONTEXT = { signal: new AbortController().signal, progress: () => undefined } as unknown as CallContext<'checkLabels'>;
const random = randomFor(1, 'check labels');

interface Sample {
  point: number[];
  className: string;
  content?: string;
  group?: string;
  excluded?: boolean;
}

async function check(samples: readonly Sample[], links: readonly number[] = [], context = CONTEXT) {
  const images = packImages(
    samples.map(({ className, content, group }, id) => {
      const hash = sha256(content ?? `image ${id}`);
      return { id, file: `${id}.png`, className, sha256: sha256(`file ${id}`), content: hash, group: group ?? null, split: 'train' as const };
    }),
  );
  const embedded = await embeddedPoints(samples.map(({ point }) => point));
  const excluded = Uint8Array.from(samples, (sample) => Number(sample.excluded ?? false));
  const ids = Int32Array.from(samples.keys());
  return checkLabels({ embedded, ids, images, excluded, links: Int32Array.from(links), hasPatches: false, seed: 1 }, context);
}

/** Three classes apart; image 4 is given as another one. */
const separated = (count = 60): Sample[] =>
  Array.from({ length: count }, (_, i) => ({
    point: Array.from({ length: 6 }, (_axis, c) => 0.25 * random.normal() + (c === i % 3 ? 1 : 0)),
    className: i === 4 ? 'c' : 'abc'[i % 3]!,
  }));

test('finds the planted wrong label, with the class that it should have', async () => {
  const { figures, columns } = await check(separated());
  expect(figures).toMatchObject({ classes: ['a', 'b', 'c'], judged: 60, leftOut: [], problem: null });
  expect([...columns.likely.keys()].filter((i) => columns.likely[i])).toEqual([4]);
  expect(figures.classes[columns.suggested[4]!]).toBe('b');
  expect(columns.ofSuggested[4]).toBeGreaterThan(0.8);
  expect(columns.ofGiven[4]! + columns.ofSuggested[4]!).toBeLessThanOrEqual(1.0001);
  expect(figures.expected).toBeCloseTo(1, 0);
  expect(figures.confused[0]).toMatchObject({ given: 'c', likely: 'b' });
  expect(figures.agreement).toBeGreaterThan(0.95);
  expect(columns.fromClass.indexOf(Math.max(...columns.fromClass))).toBe(4);
});

test('a copy, a linked image or one of the same group does not tell the label', async () => {
  const points = Array.from({ length: 40 }, () => Array.from({ length: 80 }, () => random.normal()));
  const classes = points.map(() => 'abc'[random.below(3)]!);
  const twice = (more: (i: number) => Partial<Sample>): Sample[] =>
    Array.from({ length: 80 }, (_, i) => ({ point: points[i >> 1]!, className: classes[i >> 1]!, ...more(i >> 1) }));
  const agreement = async (samples: Sample[], links: number[] = []): Promise<number> => (await check(samples, links)).figures.agreement!;
  const links = Array.from({ length: 80 }, (_, i) => i);
  expect(await agreement(twice((i) => ({ content: `photo ${i}` })))).toBeLessThan(0.55); // a third is chance
  expect(await agreement(twice((i) => ({ group: `subject ${i}` })))).toBeLessThan(0.55);
  expect(
    await agreement(
      twice(() => ({})),
      links,
    ),
  ).toBeLessThan(0.55);
  expect(await agreement(twice(() => ({})))).toBeGreaterThan(0.75);
});

test('says which classes are too small, leaves out excluded images, and stops without two classes', async () => {
  const samples = separated(33);
  for (const i of [0, 3, 6, 9]) samples[i]!.className = 'rare';
  samples[30]!.excluded = true;
  const { figures, columns } = await check(samples);
  expect(figures.leftOut).toEqual([{ className: 'rare', images: 4, units: 4 }]);
  expect(figures.judged).toBe(33 - 4 - 1);
  expect([...columns.ids]).not.toContain(30);
  expect(columns.suggested[0]).toBe(-1);
  expect(columns.ofGiven[0]).toBeNaN();
  expect(columns.outlier[0]).toBeGreaterThan(0); // measured all the same
  const each = separated(12).map((sample, i) => ({ ...sample, className: `person ${i}` }));
  expect((await check(each)).figures).toMatchObject({
    judged: 0,
    agreement: null,
    problem: expect.stringMatching(/Only 0 of 12 classes have 5 images/) as string,
  });
});

test('the same images give the same numbers; a cancelled check stops', async () => {
  const samples = separated();
  expect((await check(samples)).columns).toEqual((await check(samples)).columns);
  const controller = new AbortController();
  const stopped = { signal: controller.signal, progress: () => controller.abort() } as unknown as CallContext<'checkLabels'>;
  await expect(check(samples, [], stopped)).rejects.toMatchObject({ code: 'cancelled' });
});
