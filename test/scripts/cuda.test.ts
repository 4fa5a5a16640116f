import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCard, missingLibraries, readCard, REQUIRED } from '../../scripts/cuda/machine.mjs';
import { filesBelow } from '../../scripts/package/modules.mjs';
import { temporaryFolder, write } from './project.ts';

const SAID = `
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 550.54.15              Driver Version: 550.54.15      CUDA Version: 12.4     |
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
|=========================================+========================+======================|
|   0  NVIDIA GeForce RTX 4070        On  |   00000000:01:00.0  On |                  N/A |
+-----------------------------------------------------------------------------------------+
`;

const installCuda = (args: string[], env: Record<string, string> = {}): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['scripts/install-cuda.mjs', ...args], { env: { ...process.env, ...env } }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, said: out + err });
    });
  });

describe('detection of CUDA', () => {
  test('reads card, driver and CUDA version from nvidia-smi', () => {
    expect(readCard(SAID)).toEqual({ name: 'NVIDIA GeForce RTX 4070', driver: '550.54.15', cuda: '12.4' });
    expect(readCard("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.")).toBeNull();
  });
  test('reports no card without nvidia-smi', async () => {
    expect(await findCard({ PATH: temporaryFolder() })).toBeNull();
  });
  test('searches libraries in the folders of the system’s loader', async () => {
    const folder = temporaryFolder();
    write(folder, 'libcudnn.so.8', '');
    const wanted = [...REQUIRED.tensorflow.linux, 'libc.so.6'];
    const missing = await missingLibraries(wanted, { LD_LIBRARY_PATH: folder }, 'linux');
    expect(missing).not.toContain('libcudnn.so.8');
    if (process.platform === 'linux') expect(missing).not.toContain('libc.so.6');
    expect(await missingLibraries(['no-such-library.so.1'], {}, 'linux')).toEqual(['no-such-library.so.1']);
    write(folder, 'CUDNN64_8.dll', '');
    expect(await missingLibraries(REQUIRED.tensorflow.win32, { PATH: folder }, 'win32')).toEqual(['cudart64_110.dll', 'cublas64_11.dll']);
  });
});

describe('install-cuda', () => {
  const installed = (): string =>
    JSON.stringify([
      existsSync('node_modules/@tensorflow') && readdirSync('node_modules/@tensorflow'),
      filesBelow('node_modules/onnxruntime-node/bin').map((file) => [file, statSync(join('node_modules/onnxruntime-node/bin', file)).size]),
      existsSync(join('.toolchain', 'cuda')),
    ]);

  test('without a card prints one sentence, exits with 1 and changes nothing', async () => {
    const before = installed();
    const { code, said } = await installCuda([], { PATH: temporaryFolder() });
    expect(code).toBe(1);
    expect(said.trim().split('\n')).toHaveLength(1);
    expect(said).toMatch(process.platform === 'darwin' ? /CUDA is for Linux and Windows/ : /No NVIDIA card with a driver was found/);
    expect(installed()).toBe(before);
  });
  test.skipIf(process.platform === 'darwin')('without a network reports it and changes nothing', async () => {
    const before = installed();
    const nowhere = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0', npm_config_cache: temporaryFolder() };
    const { code, said } = await installCuda(['--without-card'], nowhere);
    expect(code).toBe(1);
    expect(said).toContain("The npm registry can't be reached, so TensorFlow for graphics cards could not be installed.");
    expect(installed()).toBe(before);
  });
  test('--dry-run lists the downloads and the required libraries', async () => {
    const { code, said } = await installCuda(['--dry-run', '--without-card']);
    if (process.platform === 'darwin') return;
    expect(code).toBe(0);
    expect(said).toContain('needs CUDA 11.2 and cuDNN 8.1');
    expect(said).toContain('Nothing was changed');
  });
  test('the package is declared, but never installed with the dependencies', () => {
    const about = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, unknown>>;
    const name = '@tensorflow/tfjs-node-gpu';
    expect(about['peerDependencies']![name]).toBe(about['dependencies']!['@tensorflow/tfjs']);
    expect(about['peerDependenciesMeta']![name]).toEqual({ optional: true });
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, unknown> };
    expect(Object.keys(packages).filter((folder) => folder.includes('tfjs-node'))).toEqual([]);
  });
});
