import { describe, expect, test } from 'vitest';
import type { ExplainedComparison } from '../../../src/shared/comparison.ts';
import type { Explaining } from '../../../src/shared/events.ts';
import { completenessSentences, fullColourSentence } from '../../../src/shared/map-words.ts';
import { type MapChoice, METHOD_INFO, methodInfo, METHODS, pairKey } from '../../../src/shared/explanation-methods.ts';
import { SCALE_PAIRS } from '../../../src/shared/maps/run-scale.ts';
import { hasCompute, openTrained, type TestWorkbench } from '../training/test-workbench.ts';

describe.skipIf(!hasCompute)('the method of the maps (needs the build)', () => {
  const open = async (): Promise<{ app: TestWorkbench; run: string; explain: (choice: MapChoice) => Promise<ExplainedComparison> }> => {
    const { app, dataset, run } = await openTrained();
    return { app, run, explain: (choice) => app.call('compare.explain', { run, a: { dataset, id: 0 }, b: { dataset, id: 30 }, ...choice }) };
  };
  const sum = (map: readonly number[]): number => map.reduce((total, value) => total + value, 0);

  test('is path by default, and Grad-CAM for a request that names a layer only', async () => {
    const { app, run, explain } = await open();
    const layers = await app.call('runs.layers', { run });
    expect((await explain({})).row).toMatchObject({ method: 'path', layer: layers.at(-1) });
    expect((await explain({ layer: layers[0]! })).row).toMatchObject({ method: 'gradcam', layer: layers[0] });
    expect((await explain({ method: 'gradcam' })).row).toMatchObject({ method: 'gradcam', layer: layers.at(-1) });
  });

  test('belongs to the stored comparison: the same pair by another method is another one, with its own scale', async () => {
    const { app, run, explain } = await open();
    const [one, other] = [await explain({}), await explain({ method: 'gradcam' })];
    expect(other.row.comparison).not.toBe(one.row.comparison);
    expect(sum(other.maps.signed[0])).not.toBeCloseTo(sum(one.maps.signed[0]), 4);
    expect((await explain({})).row.comparison).toBe(one.row.comparison);
    const scale = await app.call('compare.mapScale', { run, method: 'gradcam' });
    expect((await app.call('compare.get', { comparison: other.row.comparison })).runScale).toEqual(scale);
    expect((await app.call('compare.get', { comparison: one.row.comparison })).runScale).toEqual(await app.call('compare.mapScale', { run }));
    expect(scale).not.toEqual(one.row.runScale);
  });

  test('path states, from the stored numbers, that the cells add up to the distance less the one without the image', async () => {
    const { explain } = await open();
    const { row, maps } = await explain({});
    row.images.forEach(({ completeness }, i) => {
      expect(completeness!.sum).toBeCloseTo(sum(maps.signed[i]!), 5);
      expect(Math.abs(row.distance - completeness!.baseline - completeness!.sum)).toBeLessThan(1e-5 * Math.max(row.distance, completeness!.baseline));
    });
    const sentences = completenessSentences(row);
    expect(sentences).toHaveLength(2);
    expect(sentences[0]).toMatch(/^The cells of A add up to [+−][\d.]+ = D\(A, B\) − D\(0, B\) = [\d.]+ − [\d.]+, where D\(0, B\) is the distance/);
    expect(sentences[1]).toMatch(/^The cells of B add up to [+−][\d.]+ = D\(A, B\) − D\(A, 0\) = [\d.]+ − [\d.]+, where D\(A, 0\) is the distance/);
    expect(completenessSentences((await explain({ method: 'gradcam' })).row)).toEqual([]);
  });

  test.each(METHODS)('%s: maps of its own size, a stored comparison and a scale', async (method) => {
    const { app, run, explain } = await open();
    const { row, maps } = await explain({ method });
    expect(row.images.map(({ mapWidth, mapHeight }) => [mapWidth, mapHeight])).toEqual(Array(2).fill([maps.width, maps.height]));
    expect(maps.signed.map(({ length }) => length)).toEqual(Array(2).fill(maps.width * maps.height));
    expect(row.images[0].placement!.across.step).toBeGreaterThan(0);
    const { fullColour, images } = await app.call('compare.mapScale', { run, method });
    expect(fullColour).toBeGreaterThan(0);
    expect(images).toBeLessThanOrEqual(2 * (methodInfo(method).scalePairs ?? SCALE_PAIRS));
    const scale = fullColourSentence({ ...row, runScale: { fullColour, images } }, 'run');
    expect(scale).toContain(method === 'detail' ? 'without a unit: not a share of the distance' : 'in units of distance');
    expect(completenessSentences(row)).toHaveLength('completeness' in METHOD_INFO[method] ? 2 : 0);
  });

  test('integrated gradients say how far the cells are from the difference that they should add up to', async () => {
    const { explain } = await open();
    const { row } = await explain({ method: 'integrated-gradients' });
    expect(completenessSentences(row)[1]).toMatch(
      /^The cells of B add up to .* D\(A, B\) − D\(A, B blurred\) = .* where D\(A, B blurred\) is the distance with B blurred\. The integral over 16 steps misses that by [\d.]+(e−\d+)?\.$/,
    );
  });

  test('occlusion reports its progress to screens, row by row, and ends where it is cancelled', async () => {
    const { app, dataset, run } = await openTrained();
    const request = { run, a: { dataset, id: 1 }, b: { dataset, id: 31 }, target: 'verdict' as const, method: 'occlusion' as const };
    const heard: Explaining[] = [];
    const stopped = new AbortController();
    const off = app.api.on((event, payload) => {
      if (event !== 'explaining') return;
      heard.push(payload as Explaining);
      if (heard.length === 3) stopped.abort();
    });
    const answer = app.workbench.compare.explain(request, stopped.signal);
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    expect(heard.slice(0, 3)).toEqual([0, 1, 2].map((done) => ({ pair: pairKey(request), done, total: 18 })));
    await app.workbench.compare.explain(request, new AbortController().signal);
    expect(heard.at(-1)).toEqual({ pair: pairKey(request), done: 17, total: 18 });
    off();
  });

  test('without a choice of layers refuses another layer than its own, in words', async () => {
    const { app, run, explain } = await open();
    const layers = await app.call('runs.layers', { run });
    expect((await explain({ method: 'path', layer: layers.at(-1)! })).row.method).toBe('path');
    for (const call of [
      () => explain({ method: 'path', layer: layers[0]! }),
      () => app.call('compare.mapScale', { run, method: 'path', layer: layers[0]! }),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('choose the method gradcam') as string });
    await expect(explain({ method: 'gradcam', layer: 'no-such-layer' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('It has: stem') as string,
    });
    await expect(explain({ method: 'guess' as 'path' })).rejects.toMatchObject({ code: 'usage' });
  });
});
