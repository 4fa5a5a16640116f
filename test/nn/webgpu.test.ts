import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { scratch } from '../doors/cli/kit.ts';
import { SWIFTSHADER } from '../swiftshader.ts';

// Drivers are found when a process starts, so these run in a separate one. scripts/check-webgpu.mjs runs all others too.

vi.setConfig({ testTimeout: 300_000 }); // software is slow: 25 s alone, over 120 s beside other work

const run = promisify(execFile);
const skipNote = SWIFTSHADER ? '' : ' (skipped: no Chromium with its SwiftShader here)';

const FILES = ['test/nn/agreement.test.ts', 'test/nn/ir/convolutions.test.ts', 'test/nn/short-of-memory.test.ts'];
const FILTER = 'three steps of compact|read by patches|three times an odd number|out of memory';
let passed: Promise<string[]> | undefined;

/** Names of the passed tests of FILES that FILTER chooses, run once. Each contains the device, which the tests read from the environment. */
const passedOnWebGpu = (): Promise<string[]> => (passed ??= runOnWebGpu());

async function runOnWebGpu(): Promise<string[]> {
  const env = { ...process.env, ...SWIFTSHADER, TWINLENS_TEST_DEVICE: 'webgpu' };
  const report = join(scratch('webgpu'), 'report.json');
  // One worker: a process compiles each shader once.
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...FILES, '-t', FILTER, '--maxWorkers=1', '--reporter=json', `--outputFile=${report}`];
  await run(process.execPath, args, { env });
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: { assertionResults: { fullName: string; status: string }[] }[] };
  return testResults.flatMap(({ assertionResults }) => assertionResults).flatMap(({ fullName, status }) => (status === 'passed' ? [fullName] : []));
}

test.skipIf(!SWIFTSHADER)(
  `on WebGPU, in software: steps, resuming, optimizer state, gradients and patches agree with the CPU${skipNote}`,
  async () => {
    const names = (await passedOnWebGpu()).filter((name) => !name.includes('out of memory'));
    expect(names).toHaveLength(5);
    expect(names).toContain('onnx on webgpu agrees with the CPU three steps of compact (all, batch batch norm, adamw), resumed in between');
    expect(names).toContain('onnx on webgpu agrees with the CPU embeddings and the path map of a pair, read by patches');
    // onnxruntime's provider is wrong here; see missingChannels in src/main/nn/ir/primitives/conv.ts.
    for (const name of names.filter((title) => title.includes('odd number'))) expect(name).toContain('lowered for graphics cards');
  },
);

test.skipIf(!SWIFTSHADER)(
  `on WebGPU, in software: out of memory, weights are read back from the card and steps continue in parts${skipNote}`,
  async () => {
    const names = (await passedOnWebGpu()).filter((name) => name.includes('out of memory'));
    expect(names).toHaveLength(3);
    for (const name of names) expect(name).toContain('onnx on webgpu');
  },
);

test.skipIf(!SWIFTSHADER)(`profiling shows an operator that falls back to the CPU, and pooling that does not${skipNote}`, async () => {
  const { stdout } = await run(process.execPath, ['test/nn/providers.ts'], { env: { ...process.env, ...SWIFTSHADER } });
  expect(JSON.parse(stdout)).toMatchObject({ Sum: 'CPUExecutionProvider', Add: 'WebGpuExecutionProvider', MaxPool: 'WebGpuExecutionProvider' });
});

test.skipIf(!SWIFTSHADER || process.platform !== 'linux')(`an idle device stays open for half a minute, and then closes${skipNote}`, async () => {
  const { stdout } = await run(process.execPath, ['test/nn/idle-webgpu.ts'], { env: { ...process.env, ...SWIFTSHADER } });
  const { idle, late, closed } = JSON.parse(stdout) as { idle: number; late: number; closed: number };
  expect(idle).toBeGreaterThan(0);
  expect(late).toBe(0);
  expect(closed).toBeLessThan(0);
});
