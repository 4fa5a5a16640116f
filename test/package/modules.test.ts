import { describe, expect, test } from 'vitest';
import { belongs, filesBelow, imageModules, modulesFor, type Target } from '../../scripts/package/modules.mjs';
import { bundledModules, noticesFor } from '../../scripts/package/notices.mjs';
import { FOR_INTEL_MACS, nodePinFor, pinsFor } from '../../scripts/package/pins.mjs';
import { ONNXRUNTIME_OF_INTEL_MACS } from '../../src/main/versions.ts';

const TARGETS: Target[] = (['linux', 'win32', 'darwin'] as const).flatMap((platform) =>
  (['x64', 'arm64'] as const).map((arch) => ({ platform, arch })),
);
const title = ({ platform, arch }: Target): string => `${platform} ${arch}`;

describe.each(TARGETS.map((target) => [title(target), target] as const))('a package for %s', (_, target) => {
  const others = TARGETS.filter((one) => one !== target);

  test('takes one prebuild of better-sqlite3, and neither its sources nor what was compiled here', () => {
    const files = filesBelow('node_modules/better-sqlite3');
    const kept = files.filter((file) => belongs('better-sqlite3', file, target, new Set(files)));
    expect(kept.filter((file) => file.endsWith('.node'))).toEqual([`prebuilds/${target.platform}-${target.arch}.node`]);
    expect(kept).toContain('lib/index.js');
    expect(kept).toContain('LICENSE');
    expect(kept.filter((file) => /^(src|deps|build)\//.test(file))).toEqual([]);
  });

  test('takes one folder of onnxruntime’s libraries, without CUDA', () => {
    const home = `bin/napi-v6/${target.platform}/${target.arch}`;
    const files = [
      ...filesBelow('node_modules/onnxruntime-node'),
      `${home}/libonnxruntime_providers_cuda.so`,
      `${home}/libonnxruntime_providers_tensorrt.so`,
    ];
    const kept = files.filter((file) => belongs('onnxruntime-node', file, target, new Set(files)) && file.startsWith('bin/'));
    expect(kept.filter((file) => !file.startsWith(`${home}/`) || file.includes('providers'))).toEqual([]);
    const isFetched = target.platform === 'darwin' && target.arch === 'x64'; // from an older onnxruntime, see pins.mjs
    expect(kept.includes(`${home}/onnxruntime_binding.node`)).toBe(!isFetched);
    if (title(target) === 'darwin arm64') expect(kept).toEqual([`${home}/libonnxruntime.1.dylib`, `${home}/onnxruntime_binding.node`]);
  });

  test('names what it needs beyond this machine’s node_modules by version and content', () => {
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

test('only Macs with Intel chips get an older onnxruntime, and results made there say so', () => {
  const older = TARGETS.filter((target) => pinsFor('.', target).some((pin) => pin.name === 'onnxruntime-node'));
  expect(older.map(title)).toEqual(['darwin x64']);
  expect(new Set(FOR_INTEL_MACS.map((pin) => pin.version))).toEqual(new Set([ONNXRUNTIME_OF_INTEL_MACS]));
});

test('every licence is told, and every text is there', () => {
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
