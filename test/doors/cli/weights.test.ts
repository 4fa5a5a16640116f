import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { modelLine } from '../../../src/main/doors/cli/weights.ts';
import type { ImportedEncoder } from '../../../src/shared/imported-encoder.ts';
import type { ShelfModel } from '../../../src/shared/shelf.ts';
import { hasBuild, scratch, twinlens } from './kit.ts';

const model: ShelfModel = {
  ...{ id: 'net', source: 'catalogue', backbone: 'resnet18', title: 'ResNet-18', use: 'Good.', about: 'A test.', licence: 'MIT', licenceUrl: null },
  ...{ host: 'example.org', state: 'absent', bytes: 46_807_446, isEstimate: false, folder: null, usedBy: [] },
};

test('a model is listed with where it is, its licence and the runs that started from it', () => {
  expect(modelLine(model)).toBe('net\tresnet18\tFor download, 47 MB\tMIT\texample.org');
  expect(modelLine({ ...model, isEstimate: true, state: 'part', folder: '/w/net' })).toBe(
    'net\tresnet18\tDownload stopped, about 47 MB\tMIT\t/w/net',
  );
  expect(modelLine({ ...model, state: 'here', folder: '/w/net', licence: null, usedBy: ['r1', 'r2'] })).toBe(
    'net\tresnet18\tOn this computer, 47 MB\tno licence stated\t/w/net\tstart of 2 runs',
  );
  expect(modelLine({ ...model, source: 'none', id: 'compact', backbone: 'compact', state: 'here', host: null })).toBe(
    'compact\tcompact\tNo weights needed\t–\t–',
  );
});

test.skipIf(!hasBuild)('an encoder is added from an ONNX file, as its options say (needs the build)', async () => {
  const workspace = scratch('onnx');
  const file = resolve('test', 'nn', 'fixtures', 'onnx', 'classifier.onnx');
  const options = ['--name', 'tiny', '--mean', '0.5', '--std', '0.2,0.3,0.4', '--licence', 'MIT', '--workspace', workspace, '--json'];
  const { code, stdout, stderr } = await twinlens(['weights', 'add', file, ...options]);
  expect(code, stderr).toBe(0);
  const encoder = JSON.parse(stdout) as ImportedEncoder;
  expect(encoder).toMatchObject({ id: 'tiny', licence: 'MIT', output: { name: 'last_map' } });
  expect(encoder.preprocessing).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.2, 0.3, 0.4] });
  expect(existsSync(join(workspace, 'imported', 'tiny', 'classifier.onnx'))).toBe(true);
});

test.skipIf(!hasBuild)('weights add --check of a file that can’t be added prints what was found and fails (needs the build)', async () => {
  const folder = scratch('bad-weights');
  const file = join(folder, 'notes.onnx');
  writeFileSync(file, 'no model');
  const { code, stdout, stderr } = await twinlens(['weights', 'add', file, '--check', '--workspace', join(folder, 'workspace')]);
  expect(stdout).toContain('Problem: ');
  expect(stderr).toContain(`${file} can’t be added.`);
  expect(code).toBe(1);
});
