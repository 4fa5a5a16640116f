import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeSquare, encodePng } from '../../../src/main/compute/images/images.ts';
import type { Stroke } from '../../../src/shared/what-if.ts';
import { scratch, writeAt } from '../../doors/cli/kit.ts';
import { hasCompute, importColours, openTestWorkbench, shareWorkspace, type TestWorkbench } from '../training/test-workbench.ts';

const S = 32;
const openCopy = shareWorkspace(async (app: TestWorkbench) => {
  const dataset = await importColours(app, 8);
  const job = await app.waitForEnd(await app.call('runs.start', { dataset, size: S, batch: 8, lr: 3e-3, seed: 3, epochs: 1 }));
  return { dataset, run: job.result!['run']! };
});

/** In px of the network's input. */
const rectangle = (image: 0 | 1, fill: 'mean' | 'other', box: [number, number, number, number]): Stroke => ({
  ...{ tool: 'rectangle', image, fill },
  box: box.map((value) => value / S) as [number, number, number, number],
});

describe.skipIf(!hasCompute)('what-if edits (needs the build)', () => {
  const open = async () => {
    const { app, dataset, run } = await openCopy();
    const explain = async (a: number, b: number): Promise<string> =>
      (await app.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } })).row.comparison;
    const compareFiles = async (a: string, b: string) => {
      for (const file of [a, b]) await app.call('files.choose', { file });
      return (await app.call('compare.explain', { run, a: { file: a }, b: { file: b } })).row;
    };
    return { app, dataset, run, explain, compareFiles };
  };

  test('the answer is that to an image file edited in the same way outside Twinlens', async () => {
    const { app, dataset, compareFiles } = await open();
    const { root } = await app.call('datasets.folder', { dataset });
    const rows = await app.call('images.rows', { dataset, ids: [0, 20] });
    const [a, b] = rows.map(({ file }) => join(root, file)) as [string, string];
    const [pixels, other] = [await decodeSquare(a, S), await decodeSquare(b, S)]; // the files have S × S px
    const [x0, y0, x1, y1] = [6, 4, 27, 19];
    const editedFile = async (name: string, valueAt: (i: number) => number): Promise<string> => {
      const data = pixels.map((value, i) => {
        const [x, y] = [Math.floor(i / 3) % S, Math.floor(i / 3 / S)];
        return x >= x0 && x < x1 && y >= y0 && y < y1 ? valueAt(i) : value;
      });
      const file = join(scratch('edited'), name);
      writeAt(file, await encodePng({ data, width: S, height: S }));
      return file;
    };
    const mean = [0, 1, 2].map((c) => Math.round(pixels.reduce((sum, value, i) => (i % 3 === c ? sum + value : sum), 0) / S ** 2));
    const before = await compareFiles(a, b);
    for (const [fill, file] of [
      ['mean', await editedFile('mean.png', (i) => mean[i % 3]!)],
      ['other', await editedFile('other.png', (i) => other[i]!)],
    ] as const) {
      const outside = await compareFiles(file, b);
      const answer = await app.call('whatIfs.answer', { comparison: before.comparison, strokes: [rectangle(0, fill, [x0, y0, x1, y1])] });
      expect(answer.before.distance).toBeCloseTo(before.distance, 5);
      expect(answer.after.distance).toBeCloseTo(outside.distance, 5);
      expect(answer.after.similarity).toBeCloseTo(outside.similarity, 5);
      expect(answer.after.verdict).toBe(outside.verdict);
      expect(Math.abs(outside.distance - before.distance)).toBeGreaterThan(1e-3);
      expect(answer.edited).toEqual([((x1 - x0) * (y1 - y0)) / S ** 2, 0]);
      expect([Buffer.from(answer.layers[0]!, 'base64').subarray(1, 4).toString(), answer.layers[1]]).toEqual(['PNG', null]);
      // B edited by A's pixels is A's edit seen from the other side.
      const swapped = await app.call('compare.explain', { run: before.run, a: { file: b }, b: { file: a } });
      const mirrored = await app.call('whatIfs.answer', {
        comparison: swapped.row.comparison,
        strokes: [rectangle(1, fill, [x0, y0, x1, y1])],
      });
      expect(mirrored.after.distance).toBeCloseTo(outside.distance, 5);
    }
  });

  test('without strokes or with all erased nothing changes; the whole other image leaves no distance; images 1 px wide are edited, too', async () => {
    const { app, dataset, explain, compareFiles } = await open();
    const comparison = await explain(0, 20);
    const ask = (strokes: Stroke[]) => app.call('whatIfs.answer', { comparison, strokes });
    const erase: Stroke = { tool: 'erase', image: 0, radius: [2, 2], points: [[0.5, 0.5]] };
    for (const strokes of [[], [rectangle(0, 'mean', [0, 0, 20, 20]), erase]]) {
      const { before, after, edited } = await ask(strokes);
      expect([after, edited]).toEqual([before, [0, 0]]);
    }
    const whole = await ask([rectangle(0, 'other', [-1, -1, S + 1, S + 1])]);
    expect([whole.after.verdict, whole.edited]).toEqual(['same', [1, 0]]);
    expect(whole.after.distance).toBeLessThan(1e-5);
    const { root } = await app.call('datasets.folder', { dataset });
    const [row] = await app.call('images.rows', { dataset, ids: [3] });
    for (const height of [1, 20_000]) {
      const file = join(scratch('odd'), 'a.png');
      writeAt(file, await encodePng({ data: Uint8Array.from({ length: 3 * height }, (_, i) => i % 256), width: 1, height }));
      const thin = await compareFiles(file, join(root, row!.file));
      const brush: Stroke = { tool: 'brush', image: 0, fill: 'inpaint', radius: [0.05 * height, 0.05], points: [[0.5, 0.2], [0.5, 0.4]] }; // prettier-ignore
      const { after, edited } = await app.call('whatIfs.answer', { comparison: thin.comparison, strokes: [brush] });
      expect(Number.isFinite(after.distance)).toBe(true);
      expect(edited[0]).toBeGreaterThan(0);
    }
  });

  test('an edit is saved with its comparison, noted, printed in reports, removed and restored; a draft survives a restart', async () => {
    const { app, explain } = await open();
    const [comparison, drawn] = [await explain(0, 20), await explain(1, 21)];
    const strokes = [rectangle(0, 'mean', [0, 0, 16, 16])];
    await app.call('whatIfs.putDraft', { comparison, strokes });
    await app.call('whatIfs.putDraft', { comparison: drawn, strokes });
    const list = () => app.call('whatIfs.list', { comparison });
    expect(await list()).toEqual({ saved: [], draft: strokes });
    expect((await app.call('compare.get', { comparison })).saved).toBe(false);
    const saved = await app.call('whatIfs.save', { comparison, strokes, note: 'A quarter' });
    expect(saved).toMatchObject({ note: 'A quarter', strokes, result: { edited: [0.25, 0], sources: ['file', 'file'] } });
    expect(await list()).toEqual({ saved: [saved], draft: [] });
    expect((await app.call('compare.get', { comparison })).saved).toBe(true);
    const more = [...strokes, rectangle(1, 'other', [0, 0, 16, 16])];
    const changed = await app.call('whatIfs.save', { comparison, edit: saved.id, strokes: more });
    expect(changed).toMatchObject({ id: saved.id, note: 'A quarter', result: { edited: [0.25, 0.25] } });
    await app.call('whatIfs.annotate', { comparison, edit: saved.id, note: 'Two <quarters>' });
    const { html } = await app.call('reports.preview', { title: 'Edits', comparisons: [comparison], part: 1 });
    expect(html).toContain('Two &lt;quarters&gt;');
    expect(html!.match(/alt="Image [AB] after edit 1"/g)).toHaveLength(2);
    expect(html).toMatch(/The edit (raises|lowers) the distance from \d/);
    expect(html).toContain('not to a photograph');
    expect(html).toContain('25\u00a0% of A and 25\u00a0% of B replaced, by the mean colour and the other image.');
    for (const [name, input] of [
      ['whatIfs.save', { strokes }],
      ['whatIfs.annotate', { note: 'Of another pair' }],
    ] as const)
      // prettier-ignore
      await expect(app.call(name, { comparison: drawn, edit: saved.id, ...input } as never)).rejects.toMatchObject({ code: 'not-found' });
    expect((await list()).saved).toMatchObject([{ note: 'Two <quarters>', strokes: more }]);
    await app.call('whatIfs.remove', { edit: saved.id });
    expect((await list()).saved).toEqual([]);
    await app.call('whatIfs.restore', { edit: saved.id });
    await app.close();
    const later = openTestWorkbench(app.workbench.workspace.folder);
    expect((await later.call('whatIfs.list', { comparison })).saved).toMatchObject([{ note: 'Two <quarters>', strokes: more }]);
    expect((await later.call('whatIfs.list', { comparison: drawn })).draft).toEqual(strokes);
    await expect(later.call('whatIfs.save', { comparison, strokes: [] })).rejects.toMatchObject({ code: 'usage' });
    await expect(later.call('whatIfs.list', { comparison: 'c999' })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a missing file is replaced by the stored copy, and the answer says so; a deleted network is named', async () => {
    const { app, run, explain, compareFiles, dataset } = await open();
    const folder = scratch('moved');
    const { root } = await app.call('datasets.folder', { dataset });
    const rows = await app.call('images.rows', { dataset, ids: [2, 22] });
    const [a, b] = [join(folder, 'a.png'), join(root, rows[1]!.file)];
    writeAt(a, await encodePng({ data: await decodeSquare(join(root, rows[0]!.file), S), width: S, height: S }));
    const { comparison, images } = await compareFiles(a, b);
    const strokes = [rectangle(0, 'mean', [0, 0, 16, 16])];
    const ask = () => app.call('whatIfs.answer', { comparison, strokes });
    rmSync(a);
    const copied = await ask();
    expect(copied.sources).toEqual(['copy', 'file']);
    rmSync(images[0].photo);
    await expect(ask()).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('Put the file back') as string });
    const other = await explain(0, 20);
    await app.call('whatIfs.save', { comparison: other, strokes });
    mkdirSync(join(folder, 'network'));
    for (const name of ['best', 'base']) renameSync(join(app.workbench.workspace.run(run), `${name}.safetensors`), join(folder, 'network', name));
    await expect(app.call('whatIfs.answer', { comparison: other, strokes })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('was deleted') as string,
    });
    expect((await app.call('whatIfs.list', { comparison: other })).saved).toHaveLength(1);
  });
});
