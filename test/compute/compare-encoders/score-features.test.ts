import { describe, expect, test } from 'vitest';
import { scorePlain, scoreProbe, type Scoring, queriesOf } from '../../../src/main/compute/compare-encoders/score-features.ts';
import { openEngine } from '../../../src/main/compute/engine/engine-choice.ts';
import { withoutEncoder } from '../../../src/main/compute/engine/network-engine.ts';
import type { FeatureSource, Part } from '../../../src/main/compute/embed/feature-source.ts';
import { DatasetImages } from '../../../src/main/compute/images/dataset-images.ts';
import { initialNetwork } from '../../../src/main/compute/train/start.ts';
import { compareCandidates } from '../../../src/main/domain/compare-encoders/compare-encoders.ts';
import { imageUnitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';
import { packImages } from '../../../src/main/domain/pairs/packed.ts';
import type { Pair } from '../../../src/shared/dataset.ts';
import { configFor } from '../../../src/main/features/training/defaults.ts';
import reference from './encoders_sklearn.json' with { type: 'json' };

const { channels, train, images: count, classes, signal } = reference;
const shaOf = (i: number): string => i.toString(16).padStart(64, '0');
const labelOf = (i: number): number => i % classes;
/** As encoders_sklearn.py. */
const rowOf = (i: number): number[] =>
  Array.from({ length: channels }, (_, k) => ((i * 7919 + k * 104729 + i * k * 31) % 1000) / 1000 + (k % classes === labelOf(i) ? signal : 0));

const packed = packImages(
  Array.from({ length: count }, (_, i) => ({
    id: i,
    file: `${i}.png`,
    className: `class ${labelOf(i)}`,
    sha256: shaOf(i),
    content: shaOf(i),
    group: null,
    split: i < train ? ('train' as const) : ('valid' as const),
  })),
);
const images = new DatasetImages(packed, '/');
const pairs: Pair[] = Array.from({ length: count - train }, (_, x) => train + x).flatMap((a) =>
  Array.from({ length: count - 1 - a }, (_, x) => ({ a, b: a + 1 + x, label: Number(labelOf(a) !== labelOf(a + 1 + x)) as 0 | 1 })),
);

/** The features of the reference in place of those of an encoder. */
const source: FeatureSource = {
  rowLength: channels,
  prepare: () => Promise.resolve(),
  async *batches<P extends Part>(parts: Iterable<P>) {
    for (const part of parts) yield [part, Float32Array.from(part.images.flatMap(({ sha256 }) => rowOf(Number(`0x${sha256}`))))] as [P, Float32Array];
    await Promise.resolve();
  },
  close: () => Promise.resolve(),
};

async function scoring(): Promise<Scoring> {
  const scratch = configFor({ dataset: 'd', backbone: 'compact', scope: 'all', size: 32 }, null);
  const config = { ...scratch, scope: 'head', loss: 'probe', dim: classes } as const;
  const engine = withoutEncoder(await openEngine('onnx', 'cpu'));
  const params = await initialNetwork(config, null);
  const queries = queriesOf(images.validation('class'));
  return { engine, config, source, params, images, queries, pairs, signal: new AbortController().signal };
}

describe('figures of features equal scikit-learn’s', () => {
  const labels = Uint8Array.from(pairs, ({ label }) => label);
  const figuresOf = async (scores: Awaited<ReturnType<typeof scorePlain>>) => {
    const queryUnits = [...scores.hits.keys()];
    const { figures } = await compareCandidates({ candidates: [scores], labels, units: imageUnitsOfPairs(pairs), queryUnits }, () =>
      Promise.resolve(),
    );
    return { auc: figures[0]!.auc.value, eer: figures[0]!.eer.value, recall1: figures[0]!.recall1!.value };
  };

  test('as they are', async () => {
    const scores = await scorePlain(await scoring());
    expect([...scores.distances.slice(0, 10)]).toEqual(reference.plain.distances.map((d) => expect.closeTo(d, 5)));
    const { auc, eer, recall1 } = reference.plain;
    expect(await figuresOf(scores)).toEqual({ auc: expect.closeTo(auc, 9), eer: expect.closeTo(eer, 9), recall1 });
  });

  test('with a linear probe', async () => {
    const scores = await scoreProbe(await scoring(), images.training('class'));
    expect([...scores.distances.slice(0, 10)]).toEqual(reference.probe.distances.map((d) => expect.closeTo(d, 3)));
    const { auc, eer, recall1 } = reference.probe;
    expect(await figuresOf(scores)).toEqual({ auc: expect.closeTo(auc, 9), eer: expect.closeTo(eer, 9), recall1 });
  });
});

test('copies of an image are one query, and images without a same one are not asked', () => {
  const image = (id: number, content: number, className: string) => ({
    id,
    className,
    identity: className,
    content: shaOf(content),
    split: 'valid' as const,
  });
  const { ids, asked } = queriesOf([image(1, 1, 'a'), image(2, 1, 'a'), image(3, 3, 'a'), image(4, 4, 'b')]);
  expect(ids).toEqual([1, 3, 4]);
  expect(asked).toEqual([0, 1]);
});
