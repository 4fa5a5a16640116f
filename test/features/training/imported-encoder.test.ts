import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportedEncoder } from '../../../src/shared/imported-encoder.ts';
import { sha256Of } from '../../compute/engine/exported-encoder.ts';
import { someEncoder } from '../../shared/an-encoder.ts';
import { hasCompute, importColours, openTestWorkbench, shareWorkspace, type TestWorkbench } from './test-workbench.ts';

/** Adds a file of test/nn/fixtures/onnx_encoders.py to a workspace: means of R, G, B and R - G over patches of 8 px, or over the image. */
function addEncoder(app: TestWorkbench, file: 'tokens' | 'pooled', output: ImportedEncoder['output']): string {
  const folder = join(app.workbench.workspace.imported, file);
  const model = join(folder, 'model.onnx');
  mkdirSync(folder, { recursive: true });
  copyFileSync(resolve('test', 'nn', 'fixtures', 'onnx', `${file}.onnx`), model);
  const encoder = someEncoder({ id: file, title: `Patch ${file}`, sha256: sha256Of(model), output, channels: 4, defaultSize: 32 });
  const input = { ...encoder.input, name: 'images', multiple: 8 };
  writeFileSync(join(folder, 'encoder.json'), JSON.stringify({ ...encoder, input }));
  return model;
}

const TOKENS = { name: 'last_hidden_state', kind: 'tokens', layout: 'NCHW', prefixTokens: 3 } as const;
const POOLED = { name: 'image_embeds', kind: 'pooled', layout: 'NCHW', prefixTokens: 0 } as const;

describe.skipIf(!hasCompute)('training on imported encoders (needs the build)', () => {
  const trained = shareWorkspace(async (app) => {
    const dataset = await importColours(app);
    const models = { tokens: addEncoder(app, 'tokens', TOKENS), pooled: addEncoder(app, 'pooled', POOLED) };
    const train = async (file: keyof typeof models): Promise<string> => {
      const { result, error } = await app.waitForEnd(await app.call('runs.start', { dataset, backbone: 'imported', weights: `onnx:${file}` }));
      expect(error).toBeNull();
      return result!['run']!;
    };
    return { dataset, tokens: await train('tokens'), pooled: await train('pooled') };
  });

  test('colours are told apart by the means of patches; the run records the encoder', async () => {
    const { app, tokens, pooled } = await trained();
    const runs = await app.call('runs.list', {});
    const [ofTokens, ofPooled] = [tokens, pooled].map((id) => runs.find(({ run }) => run === id)!);
    expect(ofTokens!.epochs.at(-1)!.aucValid).toBeGreaterThan(0.9);
    expect(ofPooled!.epochs.at(-1)!.aucValid).toBeGreaterThan(0.9);
    expect(ofTokens!.config).toMatchObject({
      ...{ backbone: 'imported', scope: 'head', loss: 'probe', size: 32 },
      weights: { source: 'onnx:tokens', licence: 'Apache-2.0' },
      encoder: { id: 'tokens', output: TOKENS, channels: 4, height: 4, width: 4, preprocessing: ofTokens!.config.preprocessing },
    });
    expect(ofPooled!.config.encoder).toMatchObject({ height: 1, width: 1 });
  });

  test('tokens are explained by their gradients, a vector by covering parts of the image; with matches, flip test and redrawn head', async () => {
    const { app, dataset, tokens, pooled } = await trained();
    const pair = { a: { dataset, id: 0 }, b: { dataset, id: 30 } };
    const { row, maps } = await app.call('compare.explain', { run: tokens, ...pair });
    expect([row.method, row.layer, maps.width, maps.height]).toEqual(['path', 'features', 4, 4]);
    const [image] = row.images;
    expect(image.completeness!.sum).toBeCloseTo(row.distance - image.completeness!.baseline, 4);
    await expect(app.call('compare.explain', { run: tokens, ...pair, method: 'detail' })).rejects.toMatchObject({ code: 'usage' });
    expect(await app.call('compare.matches', { comparison: row.comparison })).toMatchObject({ width: 4, height: 4 });
    for (const job of [await app.call('compare.flip', { comparison: row.comparison }), await app.call('runs.randomise', { run: tokens })])
      expect((await app.waitForEnd(job)).error).toBeNull();
    const measured = (await app.call('runs.list', {})).find(({ run }) => run === tokens)!.randomisation!;
    expect(measured.steps.map(({ redrawn }) => redrawn)).toEqual(['probe']);
    const ofPooled = await app.call('compare.explain', { run: pooled, ...pair });
    expect(ofPooled.row.method).toBe('occlusion');
    await expect(app.call('compare.explain', { run: pooled, ...pair, method: 'path' })).rejects.toMatchObject({
      message: expect.stringContaining('one vector for a whole image') as string,
    });
    expect(await app.call('compare.matches', { comparison: ofPooled.row.comparison })).toMatchObject({ none: 'one-vector' });
  });

  test('a used encoder stays; without its file its runs say what to do', async () => {
    const { app, dataset, tokens } = await trained();
    await expect(app.call('models.remove', { id: 'onnx:tokens' })).rejects.toMatchObject({
      message: expect.stringContaining(`is used by run ${tokens.slice(1)}`) as string,
    });
    await app.close();
    rmSync(join(app.workbench.workspace.imported, 'tokens', 'model.onnx'));
    const again = openTestWorkbench(app.workbench.workspace.folder);
    const pair = { a: { dataset, id: 0 }, b: { dataset, id: 31 } };
    await expect(again.call('compare.explain', { run: tokens, ...pair })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('Add the same file again under the name tokens') as string,
    });
  });
});
