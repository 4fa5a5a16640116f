import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile, listPackage, statFile } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesBelow } from '../../../scripts/package/modules.mjs';
import type { Request, Response } from '../../../src/main/rpc/messages.ts';
import type { LicenceNotice } from '../../../src/shared/workbench.ts';
import { drawImages } from '../../features/report/sample.ts';
import { electronStandIn } from './electron-stand-in.ts';

// The real packer on the real build, with a stand-in for Electron's runtime. The content is checked and run under the packaged Node;
// the start of Electron is not tested. The package is outside this checkout, so that no module is found in a parent folder.

const here = `${process.platform}-${process.arch}`;
const why = process.platform !== 'linux' ? 'the stand-in for Electron is Linux’s' : null;
const MACHINES = { x64: 0x3e, arm64: 0xb7 } as Record<string, number>; // e_machine in an ELF header

describe.skipIf(why !== null)(`the package for this machine${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let folder: string;
  let resources: string;
  let archive: string;
  let unpacked: string;
  let node: string;
  let packed: string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'twinlens-package-'));
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: Record<string, string> };
    electronStandIn(join(folder, 'electron'), devDependencies['electron']!);
    const args = ['--dir', '--electron-dist', join(folder, 'electron'), '--out', join(folder, 'out'), '--node', process.execPath];
    execFileSync(process.execPath, ['scripts/package.mjs', ...args], { stdio: 'pipe', timeout: 120_000 });
    const home = join(folder, 'out', process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`);
    resources = join(home, 'resources');
    archive = join(resources, 'app.asar');
    unpacked = join(resources, 'app.asar.unpacked');
    node = join(resources, 'node', 'bin', 'node');
    packed = listPackage(archive, { isPack: false }).map((file) => file.slice(1));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('contains the program and no build tools', () => {
    const needed = ['package.json', 'LICENSE', 'dist/main/index.cjs', 'dist/main/preload.cjs', 'dist/renderer/index.html', 'resources/weights.json'];
    expect(packed).toEqual(expect.arrayContaining(needed));
    const own = packed.filter((file) => !file.startsWith('node_modules/'));
    expect(own.filter((file) => /\.(map|ts|svelte)$|^(src|test|scripts|release|\.toolchain|\.git)(\/|$)/.test(file))).toEqual([]);
    expect(packed.filter((file) => /\.(jpe?g|webp|tiff?|safetensors|onnx|sqlite|npy)$/i.test(file))).toEqual([]);
    const about = JSON.parse(extractFile(archive, 'package.json').toString()) as Record<string, unknown>;
    expect(about).toMatchObject({ name: 'twinlens', productName: 'Twinlens', license: 'MIT', main: 'dist/main/index.cjs' });
    expect(about).not.toHaveProperty('devDependencies');
  });

  test('contains exactly the modules needed at run time', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { dev?: boolean }> };
    const modules = packed
      .map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(file)?.[1])
      .filter((name) => name !== undefined)
      .sort();
    expect(modules).toEqual([
      '@fontsource/inter',
      '@img/colour',
      `@img/sharp-libvips-${here}`,
      `@img/sharp-${here}`,
      'better-sqlite3',
      'detect-libc',
      'onnxruntime-common',
      'onnxruntime-node',
      'semver',
      'sharp',
    ]);
    for (const name of modules) expect(packages[`node_modules/${name}`]?.dev, name).toBeUndefined();
  });

  test('files of compute and the command line are outside the archive, files of the window inside', () => {
    const outside = filesBelow(unpacked);
    const isFile = (file: string): boolean => !('files' in statFile(archive, file));
    expect(outside.filter((file) => file.startsWith('node_modules/'))).toEqual(
      packed.filter((file) => file.startsWith('node_modules/') && isFile(file)).sort(),
    );
    expect(outside).toEqual(
      expect.arrayContaining([
        'dist/main/compute.cjs',
        'dist/main/reader.cjs',
        'dist/main/datasets.cjs',
        'dist/main/cli.cjs',
        'dist/notices.json',
        'resources/weights.json',
        'resources/icon.png',
      ]),
    );
    for (const file of ['dist/main/index.cjs', 'dist/main/preload.cjs', 'dist/renderer/index.html']) expect(outside).not.toContain(file);
  });

  test('contains native code for its own platform only', () => {
    const natives = filesBelow(unpacked).filter((file) => /\.(node|dll|dylib|exe)$|\.so(\.[\d.]+)?$/.test(file));
    expect(natives).toHaveLength(5); // better-sqlite3, onnxruntime and its binding, sharp and libvips
    for (const file of natives) {
      const header = readFileSync(join(unpacked, file)).subarray(0, 20);
      expect(header.toString('latin1', 1, 4), file).toBe('ELF');
      expect(header.readUInt16LE(18), file).toBe(MACHINES[process.arch]);
    }
  });

  test('every module that a bundle requires is present', () => {
    for (const bundle of ['compute', 'reader', 'datasets', 'cli', 'index']) {
      const asked = [...readFileSync(join('dist', 'main', `${bundle}.cjs`), 'utf8').matchAll(/\brequire\("([^".][^"]*)"\)/g)].map(
        (found) => found[1]!,
      );
      const isOptional = (name: string): boolean => name === 'electron' || name.startsWith('@tensorflow/tfjs-node');
      const foreign = asked.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name) && !isOptional(name));
      for (const name of new Set(foreign)) expect(packed, `${bundle} asks for ${name}`).toContain(`node_modules/${name}/package.json`);
    }
  });

  test('has its fuses set', async () => {
    const [off, on] = [...'01'].map((state) => state.charCodeAt(0));
    expect(await getCurrentFuseWire(join(resources, '..', 'twinlens'))).toMatchObject({
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    });
  });

  test('lists the licences of all its components', () => {
    const notices = JSON.parse(extractFile(archive, 'dist/notices.json').toString()) as LicenceNotice[];
    const names = notices.map((notice) => notice.name);
    expect(names).toEqual(expect.arrayContaining(['Twinlens', 'Electron', 'Chromium', 'Node.js', `@img/sharp-libvips-${here}`, 'svelte']));
  });

  test('better-sqlite3 opens a database under the packaged Node', () => {
    const script = `const D = require('better-sqlite3'); process.stdout.write(new D(':memory:').prepare('SELECT sqlite_version() AS v').get().v)`;
    expect(execFileSync(node, ['-e', script], { cwd: join(unpacked, 'dist', 'main'), encoding: 'utf8', env: {} })).toMatch(/^3\.\d+\.\d+$/);
  });

  test('compute, started from the package by the packaged Node, decodes a picture and trains a step', async () => {
    const picture = join(folder, 'drawn.png');
    writeFileSync(picture, drawImages(32, 24, 5).photo.bytes);
    const compute = fork(join(unpacked, 'dist', 'main', 'compute.cjs'), [], { execPath: node, execArgv: [], serialization: 'advanced', env: {} });
    const ask = (id: number, task: 'inspect' | 'check', args: object): Promise<Response> =>
      new Promise((resolve, reject) => {
        compute.once('exit', (code) => reject(new Error(`compute ended with code ${String(code)}`)));
        compute.on('message', (message: Response) => {
          if (message.id === id && message.kind !== 'progress') resolve(message);
        });
        compute.send({ kind: 'ask', id, task, args } satisfies Request);
      });
    try {
      expect(await ask(1, 'inspect', { files: [picture] })).toMatchObject({ kind: 'result', result: [{ width: 32, height: 24 }] });
      const works = expect.objectContaining({ engine: 'onnx', device: 'cpu', ok: true }) as object;
      expect(await ask(2, 'check', {})).toMatchObject({ kind: 'result', result: expect.arrayContaining([works]) as object });
    } finally {
      compute.removeAllListeners('exit');
      compute.disconnect();
    }
  });

  test('the command line works from the package', () => {
    const args = [join(unpacked, 'dist', 'main', 'cli.cjs'), 'datasets', '--workspace', join(folder, 'space'), '--json'];
    expect(JSON.parse(execFileSync(node, args, { encoding: 'utf8', env: {} }))).toEqual([]);
  });

  test('does not exceed its size limit', () => {
    const megabytes = (below: string): number => filesBelow(below).reduce((sum, file) => sum + statSync(join(below, file)).size, 0) / 1e6;
    const [outside, inside, runtime] = [megabytes(unpacked), statSync(archive).size / 1e6, megabytes(join(resources, 'node'))];
    console.log(
      `package for ${here}, without Electron: ${outside.toFixed(0)} MB beside the archive, ${inside.toFixed(1)} MB in it, Node ${runtime.toFixed(0)} MB`,
    );
    expect(outside).toBeLessThan(90);
    expect(inside).toBeLessThan(15);
  });
});
