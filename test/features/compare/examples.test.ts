import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeFor } from '../../../src/main/compute/explain/pixels.ts';
import { normaliseInto } from '../../../src/main/compute/images/batches.ts';
import { decodePhoto, encodeJpeg, encodePng } from '../../../src/main/compute/images/images.ts';
import { readModel } from '../../../src/main/compute/model/checkpoint.ts';
import { onnxEngine } from '../../../src/main/nn/engines/onnx.ts';
import { pooledTask, specOf } from '../../../src/main/nn/siamese.ts';
import { copiesSentence, nearestSentence } from '../../../src/shared/example-words.ts';
import { hasExamples, EXAMPLES, type PairExamples } from '../../../src/shared/examples.ts';
import { scratch } from '../../doors/cli/kit.ts';
import { hasCompute, openTrained } from '../training/test-workbench.ts';

describe.skipIf(!hasCompute)('the labelled images nearest to a pair (needs the build)', () => {
  const open = async () => {
    const { app, dataset, run } = await openTrained();
    const rows = await app.call('images.rows', { dataset, ids: Array.from({ length: 36 }, (_, id) => id) });
    const explain = async (a: number, b: number) => (await app.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } })).row;
    const explainFiles = async (a: string, b: string) => {
      for (const file of [a, b]) await app.call('files.choose', { file });
      return (await app.call('compare.explain', { run, a: { file: a }, b: { file: b } })).row;
    };
    const find = async (comparison: string): Promise<PairExamples> => {
      const found = await app.call('compare.examples', { comparison });
      if (!hasExamples(found)) throw new Error(`${found.unread} images are not read.`);
      return found;
    };
    const read = async () => app.waitForEnd(await app.call('compare.readExamples', { run }));
    return { app, dataset, run, rows, explain, explainFiles, find, read };
  };

  /** Cosines of pooled features with an image, computed without the cache, by id. */
  async function cosinesWith({ app, run, rows }: Awaited<ReturnType<typeof open>>, id: number): Promise<Map<number, number>> {
    const model = app.workbench.networks.refOf(app.workbench.store.runs.get(run));
    const { config } = model;
    const { root } = app.workbench.store.datasets.header('colours');
    const exe = await onnxEngine('cpu').compile(pooledTask(specOf(config), 'image', 1), readModel(model));
    const features = async (file: string): Promise<Float32Array> => {
      const images = new Float32Array(3 * config.size ** 2);
      normaliseInto(images, 0, await decodeFor(model, join(root, file), null), config.preprocessing);
      return (await exe.run({ images }))['features']!.slice();
    };
    const all = new Map<number, Float32Array>();
    for (const row of rows) all.set(row.id, await features(row.file));
    await exe.dispose();
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const own = all.get(id)!;
    return new Map([...all].map(([other, row]) => [other, dot(own, row) / Math.sqrt(dot(own, own) * dot(row, row))]));
  }

  test('are read all the same if another request that reads them is cancelled', async () => {
    const { app, run } = await openTrained();
    const [first, second] = [new AbortController(), new AbortController()];
    const all = [first, second].map(({ signal }) => app.workbench.compare.examples.read(run, { signal }));
    first.abort();
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('are read once for a run, as a job; then the five with the largest cosine, of both splits and never of test images', async () => {
    const given = await open();
    const { app, rows, explain, find, read } = given;
    const [a, b] = [
      rows.find(({ split, className }) => split === 'test' && className === 'blue')!,
      rows.find(({ className }) => className === 'red')!,
    ];
    const row = await explain(a.id, b.id);
    const available = rows.filter(({ split }) => split !== 'test').length;
    expect(await app.call('compare.examples', { comparison: row.comparison })).toEqual({ unread: available });
    const cancelled = await app.call('compare.readExamples', { run: row.run });
    await app.call('jobs.cancel', { job: cancelled.job });
    expect(await app.waitForEnd(cancelled)).toMatchObject({ status: 'cancelled' });
    expect(await app.call('compare.examples', { comparison: row.comparison })).toEqual({ unread: available });
    expect(await read()).toMatchObject({ status: 'done', kind: 'examples', progress: { done: available, total: available } });
    const found = await find(row.comparison);
    expect(found).toMatchObject({ dataset: 'colours', compared: available, available, classCount: 3, classes: ['blue', 'red'] });
    for (const [i, id] of [a.id, b.id].entries()) {
      const cosines = await cosinesWith(given, id);
      const candidates = rows.filter(({ id: other, split }) => split !== 'test' && other !== id);
      const ranked = (named: (className: string) => boolean): number[] =>
        candidates
          .filter(({ className }) => named(className))
          .map((one) => one.id)
          .sort((x, y) => cosines.get(y)! - cosines.get(x)!)
          .slice(0, EXAMPLES);
      const { nearest, ofClasses, ofOthers, copies } = found.images[i]!;
      expect(nearest.map((one) => one.id)).toEqual(ranked(() => true));
      expect(ofClasses.map((list) => list.map((one) => one.id))).toEqual(['blue', 'red'].map((name) => ranked((other) => other === name)));
      expect(ofOthers.map((one) => one.id)).toEqual(ranked((other) => other === 'green'));
      for (const one of nearest) expect(one.cosine).toBeCloseTo(cosines.get(one.id)!, 5);
      expect(copies).toEqual([]);
    }
    const swapped = await find((await explain(b.id, a.id)).comparison);
    expect(swapped.images[0].nearest).toEqual(found.images[1].nearest);
    expect(swapped.images[1].nearest).toEqual(found.images[0].nearest);
    expect(nearestSentence(found.images[0], 0, row)).toMatch(/^A: (All 5 nearest are|\d of the 5 nearest (is|are)) /);
  });

  test('a copy of an image is no example of it, also if its bytes differ; edits of the data set count; an image outside it has no class', async () => {
    const { app, dataset, rows, explain, explainFiles, find, read } = await open();
    await read();
    const image = rows.find(({ split }) => split === 'train')!;
    const { root } = app.workbench.store.datasets.header('colours');
    const original = join(root, image.file);
    const folder = scratch('copies');
    mkdirSync(folder, { recursive: true });
    const [copy, other, encoded] = [join(folder, `copy-of-${basename(original)}`), join(folder, 'other.jpg'), join(folder, 'encoded.png')];
    cpSync(original, copy);
    const photo = await decodePhoto(original, 1024, {});
    writeFileSync(other, await encodeJpeg(photo, 40));
    writeFileSync(encoded, Buffer.concat([await encodePng(photo), Buffer.from('more bytes')])); // the same pixels
    for (const file of [copy, encoded]) {
      const { images } = await find((await explainFiles(file, other)).comparison);
      expect(images[0].nearest.map(({ id }) => id)).not.toContain(image.id);
      expect(images[0].copies).toMatchObject([{ id: image.id, className: image.className, split: 'train' }]);
      expect(copiesSentence(images[0], 0)).toContain(`a copy of A, not listed here: ${basename(image.file)} (${image.className}, training)`);
      expect(images[1].nearest.map(({ id }) => id)).toContain(image.id); // other pixels
      expect(images[1].copies).toEqual([]);
    }
    const itself = await find((await explain(image.id, image.id)).comparison);
    expect(itself.images[0].copies).toEqual([]);
    expect(itself.images[0].nearest.map(({ id }) => id)).not.toContain(image.id);

    // Classes and exclusions are those of now; images outside the data set have no class to compare with.
    const { comparison, images: shown } = await explain(0, 30);
    const [first, second] = (await find(comparison)).images[0].nearest;
    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [first!.id] } });
    await app.call('curation.apply', { dataset, edit: { kind: 'relabel', ids: [second!.id], className: 'teal' } });
    const edited = await find(comparison);
    expect(edited.images[0].nearest[0]).toMatchObject({ id: second!.id, className: 'teal' });
    expect(edited.classCount).toBe(4);
    const outside = join(folder, 'outside.jpg');
    writeFileSync(outside, await encodeJpeg(await decodePhoto(shown[0].file, 1024, {}), 50));
    const unknown = await find((await explainFiles(outside, outside)).comparison);
    expect(unknown).toMatchObject({ classes: [], images: [{ ofClasses: [], ofOthers: [] }, {}] });
    expect(unknown.images[0].nearest).toHaveLength(EXAMPLES);
  });

  test('a report has them with thumbnails, and reads them if necessary; without the network it says why', async () => {
    const { app, run, explain } = await open();
    const { comparison } = await explain(1, 31);
    const draft = { title: '', comparisons: [comparison], sections: ['examples' as const] };
    const preview = async (): Promise<string> => (await app.call('reports.preview', { ...draft, part: 1 })).html!;
    expect(await preview()).toContain('the labelled images are read when the report is written');
    const { report } = await app.call('reports.save', draft);
    expect(await app.waitForEnd(await app.call('reports.write', { report, format: 'html' }))).toMatchObject({ status: 'done' });
    expect((await preview()).match(/alt="Example \d of image [AB]/g)).toHaveLength(2 * EXAMPLES);
    rmSync(app.workbench.workspace.run(run), { recursive: true });
    expect(await preview()).toContain('was deleted, so the nearest examples can’t be found any more.');
    await expect(app.call('compare.examples', { comparison })).rejects.toMatchObject({ code: 'not-found' });
    expect(await app.waitForEnd(await app.call('compare.readExamples', { run }))).toMatchObject({ status: 'failed', error: { code: 'not-found' } });
  });
});
