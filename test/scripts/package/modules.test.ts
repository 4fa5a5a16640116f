import { describe, expect, test } from 'vitest';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isPackaged, filesBelow, imageModules, modulesFor, type Target, whyNoCuda } from '../../../scripts/package/modules.mjs';
import { bundledModules, noticesFor } from '../../../scripts/package/notices.mjs';
import { FOR_INTEL_MACS, nodePinFor, pinsFor } from '../../../scripts/package/pins.mjs';
import { scratch } from '../../doors/cli/kit.ts';
import { ONNXRUNTIME_OF_INTEL_MACS } from '../../../src/main/foundation/versions.ts';

const TARGETS: Target[] = (['linux', 'win32', 'darwin'] as const).flatMap((platform) =>
  (['x64', 'arm64'] as const).map((arch) => ({ platform, arch })),
);
const title = ({ platform, arch }: Target): string => `${platform} ${arch}`;

describe.each(TARGETS.map((target) => [title(target), target] as const))('a package for %s', (_, target) => {
  const others = TARGETS.filter((one) => one !== target);

  test('has one prebuild of better-sqlite3, without sources and local builds', () => {
    const files = filesBelow('node_modules/better-sqlite3');
    const packaged = files.filter((file) => isPackaged('better-sqlite3', file, target, new Set(files)));
    expect(packaged.filter((file) => file.endsWith('.node'))).toEqual([`prebuilds/${target.platform}-${target.arch}.node`]);
    expect(packaged).toContain('lib/index.js');
    expect(packaged).toContain('LICENSE');
    expect(packaged.filter((file) => /^(src|deps|build)\//.test(file))).toEqual([]);
  });

  test('has one folder of onnxruntime’s libraries, without CUDA', () => {
    const home = `bin/napi-v6/${target.platform}/${target.arch}`;
    const files = [
      ...filesBelow('node_modules/onnxruntime-node'),
      `${home}/libonnxruntime_providers_cuda.so`,
      `${home}/libonnxruntime_providers_tensorrt.so`,
    ];
    const packaged = files.filter((file) => isPackaged('onnxruntime-node', file, target, new Set(files)) && file.startsWith('bin/'));
    expect(packaged.filter((file) => !file.startsWith(`${home}/`) || file.includes('providers'))).toEqual([]);
    const isFetched = target.platform === 'darwin' && target.arch === 'x64'; // from an older onnxruntime, see pins.mjs
    expect(packaged.includes(`${home}/onnxruntime_binding.node`)).toBe(!isFetched);
    if (title(target) === 'darwin arm64') expect(packaged).toEqual([`${home}/libonnxruntime.1.dylib`, `${home}/onnxruntime_binding.node`]);
  });

  test('pins modules that this machine’s node_modules lacks by version and hash', () => {
    const pins = pinsFor('.', target);
    for (const { name, version, integrity } of pins) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(integrity, name).toMatch(/^sha512-/);
    }
    const images = imageModules('node_modules', target);
    expect(images[0]).toBe(`@img/sharp-${target.platform}-${target.arch}`);
    expect(images).toHaveLength(target.platform === 'win32' ? 1 : 2); // Windows' holds libvips itself
    for (const other of others) expect(pins.map((pin) => pin.name)).not.toContain(`@img/sharp-${other.platform}-${other.arch}`);
    expect(nodePinFor(target) !== null).toBe(target.platform === 'linux');
  });
});

describe.each(['linux', 'win32'] as const)('the CUDA flavour for %s', (platform) => {
  const target: Target = { platform, arch: 'x64', cuda: true };
  const provider = (name: string): string => `bin/napi-v6/linux/x64/libonnxruntime_providers_${name}.so`;

  test('has TensorFlow with its library, the parts of TF.js that Node loads, and onnxruntime’s CUDA library if there is one', () => {
    const home = scratch('tfjs-node-gpu');
    const write = (file: string, text = ''): void => {
      mkdirSync(dirname(join(home, file)), { recursive: true });
      writeFileSync(join(home, file), text);
    };
    write('package.json', JSON.stringify({ version: '4.22.0', dependencies: { '@tensorflow/tfjs': '4.22.0', rimraf: '^2.6.2' } }));
    for (const file of ['dist/index.js', 'lib/napi-v8/tfjs_binding.node', 'deps/lib/libtensorflow.so.2', 'node_modules/rimraf/rimraf.js'])
      write(file);
    for (const file of ['deps/include/c_api.h', 'binding/tfjs_backend.cc', 'src/index.ts', 'scripts/install.js', 'dist/index.d.ts']) write(file);
    const images = imageModules('node_modules', { platform: process.platform, arch: process.arch } as Target)[0]!;
    const elsewhere = (name: string): string | null =>
      name === '@tensorflow/tfjs-node-gpu' ? home : name.startsWith('@img/sharp-') ? join('node_modules', images) : null;
    const modules = modulesFor('node_modules', target, elsewhere);
    const plain = modulesFor('node_modules', { platform, arch: 'x64' }, elsewhere).map(({ name }) => name);
    const more = modules.map(({ name }) => name).filter((name) => !plain.includes(name));
    expect(more).toEqual(expect.arrayContaining(['@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-node-gpu', 'seedrandom']));
    expect(more.filter((name) => /^(core-js|yargs|rimraf)$/.test(name))).toEqual([]);
    const packaged = (name: string, folder: string): string[] => {
      const files = filesBelow(folder);
      return files.filter((file) => isPackaged(name, file, target, new Set(files)));
    };
    expect(packaged('@tensorflow/tfjs-node-gpu', home)).toEqual([
      'deps/lib/libtensorflow.so.2',
      'dist/index.js',
      'lib/napi-v8/tfjs_binding.node',
      'node_modules/rimraf/rimraf.js',
      'package.json',
    ]);
    expect(packaged('@tensorflow/tfjs-core', 'node_modules/@tensorflow/tfjs-core').filter((file) => file.endsWith('.js'))).toEqual([
      'dist/tf-core.node.js',
    ]);
    const onnx = [provider('cuda'), provider('shared'), provider('tensorrt')];
    expect(onnx.filter((file) => isPackaged('onnxruntime-node', file, target, new Set(onnx)))).toEqual(platform === 'linux' ? onnx.slice(0, 2) : []);
  });

  test('is refused without its files, with the command that installs them', () => {
    const nodeModules = scratch('modules');
    expect(whyNoCuda(nodeModules, target, platform)).toContain('npm run install-cuda');
    expect(whyNoCuda(nodeModules, target, platform === 'linux' ? 'win32' : 'linux')).toContain(`packaged on ${platform}`);
    for (const folder of ['@tensorflow/tfjs-node-gpu/lib', 'onnxruntime-node/bin/napi-v6/linux/x64'])
      mkdirSync(join(nodeModules, folder), { recursive: true });
    writeFileSync(join(nodeModules, 'onnxruntime-node', provider('cuda')), '');
    expect(whyNoCuda(nodeModules, target, platform)).toBeNull();
  });
});

test('the CUDA flavour has the plain configuration under its own file name; Macs have none', () => {
  const config = readFileSync('electron-builder.cuda.yml', 'utf8');
  expect(config).toMatch(/^extends: \.\/electron-builder\.yml$/m);
  expect(config).toMatch(/^artifactName: .*-cuda\.\$\{ext\}$/m);
  expect(whyNoCuda('node_modules', { platform: 'darwin', arch: 'arm64' }, 'darwin')).toContain('no CUDA for darwin');
});

test('only Macs with Intel chips get an older onnxruntime, and their results record its version', () => {
  const older = TARGETS.filter((target) => pinsFor('.', target).some((pin) => pin.name === 'onnxruntime-node'));
  expect(older.map(title)).toEqual(['darwin x64']);
  expect(new Set(FOR_INTEL_MACS.map((pin) => pin.version))).toEqual(new Set([ONNXRUNTIME_OF_INTEL_MACS]));
});

test('every module has a licence and its text', () => {
  const here = { platform: process.platform, arch: process.arch } as Target;
  const notices = noticesFor('.', [...modulesFor('node_modules', here), ...bundledModules('.')]);
  expect(notices[0]?.name).toBe('Twinlens');
  expect(notices.map((notice) => notice.name)).toEqual(expect.arrayContaining(['sharp', 'onnxruntime-node', 'svelte', 'zod', '@fontsource/inter']));
  for (const notice of notices) {
    expect(notice.licence, notice.name).toMatch(/^(?!unknown)[\w().+ -]+$/);
    expect(notice.text?.length ?? 0, notice.name).toBeGreaterThan(200);
  }
  const vips = notices.find((notice) => notice.licence.includes('LGPL'));
  expect(vips?.text).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
  expect(vips?.text).toContain('librsvg');
});
