import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { withOutput } from '../../../../src/main/nn/engines/imported/extract.ts';
import { inferShapes } from '../../../../src/main/nn/engines/imported/infer-shapes.ts';
import { readOnnxFile } from '../../../../src/main/nn/engines/imported/onnx-file.ts';
import { openImported } from '../../../../src/main/nn/engines/imported/session.ts';
import { scratchFolder } from '../../weights/specs.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/onnx/${name}`, import.meta.url));
const INPUT = { name: 'images', layout: 'NCHW', type: 'float32', size: 32, multiple: 1 } as const;

test('a value inside the graph becomes the only output, without what only others need', async () => {
  const folder = scratchFolder();
  const model = readOnnxFile(fixture('classifier.onnx'));
  writeFileSync(join(folder, 'map.onnx'), Buffer.concat([...withOutput(model, 'last_map')]));

  const extracted = readOnnxFile(join(folder, 'map.onnx'));
  expect(extracted.outputs.map(({ name }) => name)).toEqual(['last_map']);
  expect(extracted.nodes.map(({ op }) => op)).toEqual(['Conv']);
  expect(extracted.model.graph!.initializer!.map(({ name }) => name)).toEqual(['kernel']);
  expect(statSync(extracted.path).size).toBeLessThan(model.bytes);

  const output = { name: 'last_map', kind: 'map', layout: 'NCHW', prefixTokens: 0 } as const;
  const session = await openImported({ file: 'map.onnx', input: INPUT, output, batch: 'any' }, folder);
  expect(await session.run(new Float32Array(3 * 32 * 32).fill(0.5), 32)).toEqual(
    Float32Array.from({ length: 4 * 16 }, (_, i) => (i < 3 * 16 ? 0.5 : 0)),
  );
  await session.close();
});

test('external data are still found beside the copy', async () => {
  const folder = scratchFolder();
  const model = readOnnxFile(fixture('external.onnx'));
  writeFileSync(join(folder, 'copy.onnx'), Buffer.concat([...withOutput(model, 'map')]));
  copyFileSync(fixture('external.bin'), join(folder, basename('external.bin')));
  const output = { name: 'map', kind: 'map', layout: 'NCHW', prefixTokens: 0 } as const;
  const session = await openImported({ file: 'copy.onnx', input: INPUT, output, batch: 'any' }, folder);
  expect(await session.shapeAt(32)).toEqual({ channels: 4, height: 4, width: 4 });
  await session.close();
});

test.each(['nothing', '', 'images', 'kernel'])('%j can’t be an output', (name) => {
  expect(() => [...withOutput(readOnnxFile(fixture('classifier.onnx')), name)]).toThrow(`computes no value named ${name}.`);
});

test('shapes inside a graph are inferred without its weights', async () => {
  const values = await inferShapes(readOnnxFile(fixture('tokens.onnx')), { batch: 2, size: 32, layout: 'NCHW' });
  expect(Object.fromEntries(values.map(({ name, shape }) => [name, shape]))).toEqual({
    map: [2, 4, 4, 4],
    rows: [2, 4, 16],
    patch_tokens: [2, 16, 4],
    mean: [2, 1, 4],
    last_hidden_state: [2, 19, 4],
    pooler_output: [2, 4],
  });
  await expect(inferShapes(readOnnxFile(fixture('unknown-operator.onnx')), { batch: 2, size: 32, layout: 'NCHW' })).rejects.toThrow(
    'The model uses the operator com.example:Magic, which onnxruntime does not know.',
  );
});
