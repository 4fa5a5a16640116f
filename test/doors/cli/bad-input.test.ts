import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawColours, hasBuild, runJson, scratch, twinlens, writeAt } from './kit.ts';

describe.skipIf(!hasBuild)('bad input gets one clear sentence (needs the build)', () => {
  const images = scratch('images');
  const workspace = scratch('workspace');
  const at = ['--workspace', workspace];
  const empty = scratch('empty');
  const single = scratch('single');

  beforeAll(async () => {
    await drawColours(images, 14);
    await drawColours(join(single, 'all'), 2);
    mkdirSync(join(empty, 'a'));
    writeAt(join(images, 'broken.safetensors'), 'not tensors at all');
    await runJson(['import', images, '--name', 'colours', ...at]);
  });

  const cases: [string, () => string[], number, RegExp][] = [
    ['no such folder', () => ['import', join(empty, 'nowhere')], 1, /nowhere/],
    ['an empty folder', () => ['import', empty], 1, /no images|empty/i],
    ['one class', () => ['import', single], 1, /are in one folder, which contains 3 folders with images\. Choose that one/],
    ['a bad pattern', () => ['import', images, '--group-by', '('], 2, /pattern|regular/i],
    ['an unknown command', () => ['frobnicate'], 2, /unknown command/],
    ['an unknown option', () => ['train', 'colours', '--colour'], 2, /unknown option/],
    ['a value that is not a number', () => ['train', 'colours', '--epochs', 'many'], 2, /number/],
    ['a number out of range', () => ['train', 'colours', '--epochs', '0'], 2, /epochs must be at least 1/],
    ['a seed that is listed twice', () => ['train', 'colours', '--seeds', '1,2,1'], 2, /seeds must differ; 1 is listed twice\./],
    [
      'options that the loss does not use',
      () => ['train', 'colours', '--loss', 'probe', '--epochs', '3', '--margin', '1'],
      2,
      /The linear probe does not use --epochs and --margin: leave them out, or choose another loss\./,
    ],
    ['a threshold without its rule', () => ['threshold', 'r1', '--value', '1'], 2, /--value is for --rule value\./],
    ['a value for another rule', () => ['threshold', 'r1', '--rule', 'even', '--value', '3'], 2, /--value is for --rule value\./],
    ['a limit without its rule', () => ['threshold', 'r1', '--limit', '0.1'], 2, /--limit is for --rule false-same or false-different\./],
    ['a reason without a choice', () => ['threshold', 'r1', '--restore', '1', '--reason', 'x'], 2, /--reason needs --rule/],
    ['an unknown data set', () => ['train', 'nothing'], 1, /nothing/],
    ['an unknown run', () => ['evaluate', 'r99'], 1, /r99/],
    ['an unknown comparison', () => ['report', 'c99', '--out', join(empty, 'x.html')], 1, /c99/],
    [
      'an unknown section of a report',
      () => ['report', 'c1', '--out', join(empty, 'x.html'), '--sections', 'method,prose'],
      2,
      /no section "prose"\. Choose from signature, .*details, all and none/,
    ],
    [
      'a missing logo',
      () => ['report', 'c1', '--out', join(empty, 'x.html'), '--logo', join(empty, 'logo.png')],
      1,
      /logo was not found .*logo\.png/,
    ],
    [
      'a logo that is no image',
      () => ['report', 'c1', '--out', join(empty, 'x.html'), '--logo', join(images, 'broken.safetensors')],
      1,
      /The logo is text: choose a PNG/,
    ],
    ['a head without weights', () => ['train', 'colours', '--scope', 'head', '--device', 'cpu'], 1, /--weights/],
    ['missing weights', () => ['train', 'colours', '--weights', join(empty, 'w.safetensors'), '--device', 'cpu'], 1, /Weights file not found/],
    [
      'broken weights',
      () => ['train', 'colours', '--backbone', 'resnet18', '--weights', join(images, 'broken.safetensors'), '--device', 'cpu'],
      1,
      /safetensors|broken|truncated/i,
    ],
    [
      'an engine on a device that it does not know',
      () => ['train', 'colours', '--engine', 'tensorflow', '--device', 'webgpu', '--size', '32'],
      1,
      /TensorFlow does not support webgpu/,
    ],
    ['a workspace that is a file', () => ['datasets', '--workspace', join(images, 'broken.safetensors')], 1, /workspace|folder/i],
  ];
  for (const [title, args, code, message] of cases) {
    test(title, async () => {
      const given = args();
      const ended = await twinlens(given.includes('--workspace') ? given : [...given, ...(given[0] === 'frobnicate' ? [] : at)]);
      expect(ended.code, ended.stderr).toBe(code);
      expect(ended.stdout).toBe('');
      expect(ended.stderr).toMatch(message);
      if (code === 1)
        expect(
          ended.stderr
            .trim()
            .split('\n')
            .filter((line) => line.startsWith('twinlens: ')),
        ).toHaveLength(1);
    });
  }

  test('a second process on the same workspace is refused, and readers are not; Ctrl+C ends the training with --keep-best', async () => {
    let seen: Promise<[number | null, string, number | null]> | undefined;
    const trained = await twinlens(
      ['train', 'colours', '--keep-best', '--size', '32', '--epochs', '200', '--patience', '0', '--device', 'cpu', ...at],
      {
        onStderr: (text, kill) => {
          if (seen || !text.includes('Epoch 3:')) return;
          seen = Promise.all([twinlens(['evaluate', 'r1', ...at]), twinlens(['runs', '--json', ...at])]).then(([writer, reader]) => {
            kill('SIGINT');
            return [writer.code, writer.stderr, reader.code];
          });
        },
      },
    );
    const [writer, stderr, reader] = (await seen)!;
    expect(writer).toBe(1);
    expect(stderr).toMatch(/in use by another Twinlens process/);
    expect(reader).toBe(0);
    if (process.platform === 'win32') return; // it has no signals
    expect(trained.code).toBe(0);
    expect(trained.stdout).toMatch(/Stopped by hand after epoch \d+ of 200\./);
  });
});
