import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { inspectEncoder } from '../../../src/main/compute/import-encoder/inspect-encoder.ts';
import type { EncoderChoices } from '../../../src/shared/encoder-choices.ts';
import { scratchFolder } from '../../nn/weights/specs.ts';

const FOLDER = fileURLToPath(new URL('../../nn/fixtures/onnx', import.meta.url));
const fixture = (name: string): string => join(FOLDER, `${name}.onnx`);
const inspect = (path: string, choices: EncoderChoices = {}): ReturnType<typeof inspectEncoder> =>
  inspectEncoder({ path, choices, images: [] }, { signal: new AbortController().signal, progress: () => undefined });

const SMALL = { size: 32 } as const;

describe('what is found', () => {
  test('a map', async () => {
    const found = await inspect(fixture('map'), SMALL);
    expect(found).toMatchObject({
      inputs: ['images: float32 [batch, 3, height, width]'],
      made: 'onnx_encoders.py, opset 17',
      problems: [],
      notes: [],
    });
    expect(found.draft).toMatchObject({
      ...{ id: 'map', title: 'map', file: 'map.onnx', batch: 'any', channels: 4, defaultSize: 32, licence: null },
      input: { name: 'images', layout: 'NCHW', type: 'float32', size: null, multiple: 8 },
      output: { name: 'map', kind: 'map', layout: 'NCHW', prefixTokens: 0 },
      preprocessing: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    });
    expect(found.preprocessingFrom).toContain('assumed');
    const png = Buffer.from(found.picture!.split(',')[1]!, 'base64');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(found.range![0]).toBeLessThan(0);
  });

  test('tokens behind a class token and registers', async () => {
    expect((await inspect(fixture('tokens'), SMALL)).draft).toMatchObject({
      output: { name: 'last_hidden_state', kind: 'tokens', prefixTokens: 3 },
      channels: 4,
    });
  });

  test('the last map inside a classifier, which leaves no temporary folder', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith(`twinlens-encoder-${process.pid}`));
    const found = await inspect(fixture('classifier'));
    expect(found.draft).toMatchObject({ output: { name: 'last_map', kind: 'map' }, channels: 4, input: { size: 32 } });
    expect(found.outputs).toMatchObject([
      { name: 'logits', kind: 'pooled', channels: 5, declared: true },
      { name: 'last_map', kind: 'map', height: 4, declared: false },
    ]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`twinlens-encoder-${process.pid}`))).toEqual(before);
  });

  test('a vector where there is no map', async () => {
    expect((await inspect(fixture('pooled'), SMALL)).draft).toMatchObject({
      output: { name: 'image_embeds', kind: 'pooled' },
      input: { multiple: 1 },
    });
  });

  test('bytes, channels last', async () => {
    const { draft, range } = await inspect(fixture('nhwc-uint8'));
    expect(draft).toMatchObject({ input: { layout: 'NHWC', type: 'uint8', size: 40 }, output: { layout: 'NHWC' } });
    expect(draft!.preprocessing).toEqual({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] });
    expect(range![1]).toBeGreaterThan(100);
  });

  test('models whose images must be given one at a time', async () => {
    const coupled = await inspect(fixture('coupled'), SMALL);
    expect(coupled.draft!.batch).toBe('one');
    expect(coupled.notes).toEqual(['It gives other features for an image when others are beside it, so Twinlens gives it one image at a time.']);
    expect((await inspect(fixture('batch-one'))).draft!.batch).toBe('one');
  });
});

test('everything found can be overridden', async () => {
  const choices = { id: 'mine', title: 'Mine', output: 'pooler_output', size: 40, preset: 'clip', licence: 'MIT' } as const;
  expect((await inspect(fixture('tokens'), choices)).draft).toMatchObject({
    ...{ id: 'mine', title: 'Mine', defaultSize: 40, licence: 'MIT' },
    output: { name: 'pooler_output', kind: 'pooled' },
    preprocessing: { mean: [0.48145466, 0.4578275, 0.40821073] },
  });
  const numbers = { ...SMALL, mean: [0.1, 0.2, 0.3], std: [1, 2, 3] } as const;
  const { draft, preprocessingFrom } = await inspect(fixture('map'), { ...numbers, mean: [...numbers.mean], std: [...numbers.std] });
  expect([draft!.preprocessing, preprocessingFrom]).toEqual([{ mean: [0.1, 0.2, 0.3], std: [1, 2, 3] }, 'your choice']);
  const both = inspect(fixture('map'), { ...numbers, mean: [...numbers.mean], std: [...numbers.std], preset: 'clip' });
  await expect(both).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('not both') as string });
  expect((await inspect(fixture('tokens'), { ...SMALL, output: 'last_hidden_state', prefixTokens: 10 })).draft!.output.prefixTokens).toBe(10);
});

/** A folder as transformers.js has them; returns its path. */
function transformersFolder(...models: [from: string, to: string][]): string {
  const folder = join(scratchFolder(), 'dino-tiny');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const [from, to] of models) copyFileSync(fixture(from), join(folder, 'onnx', to));
  writeFileSync(
    join(folder, 'preprocessor_config.json'),
    JSON.stringify({ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], size: { height: 32, width: 32 } }),
  );
  return folder;
}

test('a folder of transformers.js works as it comes, and says how well its smaller models agree', async () => {
  const folder = transformersFolder(
    ['map', 'model.onnx'],
    ['half', 'model_fp16.onnx'],
    ['coupled', 'model_quantized.onnx'],
    ['text', 'model_int8.onnx'],
  );
  const { draft, others, notes, preprocessingFrom } = await inspect(folder);
  expect(draft).toMatchObject({
    id: 'dino-tiny',
    file: 'model.onnx',
    defaultSize: 32,
    preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  });
  expect([others, preprocessingFrom]).toEqual([['model_fp16.onnx', 'model_int8.onnx', 'model_quantized.onnx'], 'preprocessor_config.json']);
  expect(notes).toEqual([
    'The output of model_fp16.onnx has a cosine of at least 0.9999 to that of this file, over 8 images.',
    expect.stringMatching(/^model_int8\.onnx beside it can’t be used here\. Its input input_ids: int64 .* and no images\.$/),
    'The output of model_quantized.onnx has a cosine of at least 0.9999 to that of this file, over 8 images.',
  ]);
});

test('only files of the same network are compared', async () => {
  const folder = transformersFolder(
    ['map', 'vision_model.onnx'],
    ['half', 'vision_model_fp16.onnx'],
    ['text', 'text_model_fp16.onnx'],
    ['text', 'model_int8.onnx'],
  );
  const { notes } = await inspect(join(folder, 'onnx', 'vision_model.onnx'));
  expect(notes).toEqual([expect.stringContaining('vision_model_fp16.onnx has a cosine of at least 0.9999')]);
});

test('names with accents, and a file without one', async () => {
  const folder = join(scratchFolder(), 'Größe 3');
  mkdirSync(folder);
  for (const name of ['Bäume é.onnx', '.onnx', 'NUL.onnx']) copyFileSync(fixture('map'), join(folder, name));
  expect((await inspect(join(folder, 'Bäume é.onnx'), SMALL)).draft).toMatchObject({ id: 'baume-e', title: 'Bäume é' });
  expect((await inspect(join(folder, '.onnx'), SMALL)).draft).toMatchObject({ id: 'gro-e-3', title: 'Größe 3' });
  expect((await inspect(join(folder, 'NUL.onnx'), SMALL)).draft).toMatchObject({ id: 'encoder-nul' }); // Windows keeps the name for a device
});

describe('what can’t be used: one sentence that says why', () => {
  test.each([
    ['two-inputs', 'The model has 2 inputs: images, scale. Twinlens gives it one batch of images: export the part that reads images.'],
    ['text', 'Its input input_ids: int64 [batch, sequence] takes whole numbers or words, as models of text do, and no images.'],
    ['audio', 'Its input input_values: float32 [batch, samples] takes series of numbers, as models of sound do, and no images.'],
    ['five-channels', 'has no axis with the 3 channels of RGB images, so its layout is unknown.'],
    ['wide', 'takes images of 64 × 32 px; Twinlens gives squares.'],
    ['five-axes', 'No output is a vector, tokens or a map of each image. Its outputs: cube: float32 [batch, 1, 3, h, w].'],
    ['nan', 'Its features have values that are not numbers (NaN or infinite).'],
    ['constant', 'Its features are the same for 8 different images.'],
    ['random', 'It gives other features each time that it reads the same image, as models exported in training mode do.'],
    ['unknown-operator', 'The model uses the operator com.example:Magic, which onnxruntime does not know.'],
    ['future-opset', 'The model needs opset 99, which this version of onnxruntime does not know.'],
    ['bfloat16', 'The model uses the operator Conv (version 22) with a type of numbers for which onnxruntime has no implementation'],
    ['cyclic', 'the graph is not acyclic'],
    ['huge', 'There is not enough memory for this model on this computer.'],
    ['escape', 'The model takes weights from "../secret.bin", which is outside its folder.'],
    ['absolute', 'The model takes weights from "/etc/hostname", which is outside its folder.'],
    ['memory', "with the model's weights is missing."],
  ])('%s', async (name, sentence) => {
    const { draft, problems } = await inspect(fixture(name), name === 'wide' ? {} : SMALL);
    expect(draft).toBeNull();
    expect(problems).toEqual([expect.stringContaining(sentence)]);
    expect(problems[0]).not.toMatch(/\n|onnxruntime_src/);
  });

  test('a text, a truncated model, and one whose weights are not beside it', async () => {
    const folder = scratchFolder();
    const problemsOf = async (name: string, bytes: Uint8Array): Promise<string[]> => {
      writeFileSync(join(folder, name), bytes);
      return (await inspect(join(folder, name), SMALL)).problems;
    };
    expect(await problemsOf('text.onnx', Buffer.from('This is a text.'))).toEqual([expect.stringContaining('It is damaged or not an ONNX file')]);
    const whole = await readFile(fixture('map'));
    expect(await problemsOf('short.onnx', whole.subarray(0, 2000))).toEqual(['It is damaged or not an ONNX file. Download or export it again.']);
    expect(await problemsOf('external.onnx', await readFile(fixture('external')))).toEqual([
      'The file "external.bin" with the model\'s weights is missing. Put it beside the model: both were downloaded or exported together.',
    ]);
    writeFileSync(join(folder, 'external.bin'), 'short');
    expect((await inspect(join(folder, 'external.onnx'), SMALL)).problems).toEqual([expect.stringContaining('missing or too short')]);
  });

  test('names with line breaks and without end stay in one short line', async () => {
    const bytes = Buffer.from((await readFile(fixture('two-inputs'))).toString('latin1').replaceAll('scale', 's\nle\u0080'), 'latin1');
    const file = join(scratchFolder(), 'odd.onnx');
    writeFileSync(file, bytes);
    const { problems, inputs } = await inspect(file);
    expect(problems).toEqual([expect.stringContaining('has 2 inputs: images, s�le�.')]);
    expect(inputs[1]).toBe('s�le�: float32 [1]');
  });

  test('a link out of the folder', async () => {
    const folder = scratchFolder();
    const secret = join(scratchFolder(), 'external.bin');
    copyFileSync(join(FOLDER, 'external.bin'), secret);
    copyFileSync(fixture('external'), join(folder, 'external.onnx'));
    symlinkSync(secret, join(folder, 'external.bin'));
    expect((await inspect(join(folder, 'external.onnx'), SMALL)).problems).toEqual([expect.stringContaining('which is outside its folder')]);
    expect(existsSync(secret)).toBe(true);
  });

  test('a size that the model can’t read, and an output that it lacks', async () => {
    expect((await inspect(fixture('classifier'), { size: 64 })).problems).toEqual([expect.stringContaining('takes images of 32 px only')]);
    expect((await inspect(fixture('map'), { size: 36 })).problems).toEqual([
      expect.stringContaining('takes images whose side is a multiple of 8 px: choose 40 px instead of 36.'),
    ]);
    expect((await inspect(fixture('map'), { output: 'none' })).problems).toEqual(['The model computes no value named none. Its outputs: map.']);
    expect((await inspect(fixture('tokens'), { ...SMALL, output: 'last_hidden_state', prefixTokens: 4 })).problems).toEqual([
      expect.stringContaining('without 4 tokens before them its tokens form no square'),
    ]);
  });
});

test('a path without a model is refused', async () => {
  const folder = scratchFolder();
  await expect(inspect(join(folder, 'none.onnx'))).rejects.toMatchObject({ code: 'not-found' });
  await expect(inspect(folder)).rejects.toThrow('has no .onnx file, neither in itself nor in a folder named onnx');
  await expect(inspect(fileURLToPath(import.meta.url))).rejects.toThrow('is not an .onnx file');
  await expect(inspect(FOLDER)).rejects.toThrow('Choose one of these files');
});

test.skipIf(process.platform === 'win32')('a pipe, and a file whose name other computers can’t store, are refused', async () => {
  const folder = scratchFolder();
  execFileSync('mkfifo', [join(folder, 'pipe.onnx')]);
  await expect(inspect(join(folder, 'pipe.onnx'))).rejects.toThrow('pipe.onnx is not an .onnx file');
  copyFileSync(fixture('map'), join(folder, 'a\\b.onnx'));
  await expect(inspect(join(folder, 'a\\b.onnx'))).rejects.toThrow('has a backslash');
});
