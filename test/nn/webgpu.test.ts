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

/** Names of the passed tests. Each contains the device, which the tests read from the environment. */
async function passedOnWebGpu(files: readonly string[], filter: string): Promise<string[]> {
  const env = { ...process.env, ...SWIFTSHADER, TWINLENS_TEST_DEVICE: 'webgpu' };
  const report = join(scratch('webgpu'), 'report.json');
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...files, '-t', filter, '--reporter=json', `--outputFile=${report}`];
  await run(process.execPath, args, { env });
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: { assertionResults: { fullName: string; status: string }[] }[] };
  return testResults.flatMap(({ assertionResults }) => assertionResults).flatMap(({ fullName, status }) => (status === 'passed' ? [fullName] : []));
}

test.skipIf(!SWIFTSHADER)(`on WebGPU, in software: steps, resuming, optimizer state and gradients agree with the CPU${skipNote}`, async () => {
  const files = ['test/nn/agreement.test.ts', 'test/nn/ir/convolutions.test.ts'];
  const passed = await passedOnWebGpu(files, 'three steps of compact|three times an odd number');
  expect(passed).toHaveLength(4);
  expect(passed).toContain('onnx on webgpu agrees with the CPU three steps of compact (all, batch batch norm, adamw), resumed in between');
  // onnxruntime's provider is wrong here; see missingChannels in src/main/nn/ir/primitives/conv.ts.
  for (const name of passed.filter((title) => title.includes('odd number'))) expect(name).toContain('lowered for graphics cards');
});

test.skipIf(!SWIFTSHADER)(
  `on WebGPU, in software: out of memory, weights are read back from the card and steps continue in parts${skipNote}`,
  async () => {
    const passed = await passedOnWebGpu(['test/nn/short-of-memory.test.ts'], 'out of memory');
    expect(passed).toHaveLength(3);
    for (const name of passed) expect(name).toContain('onnx on webgpu');
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
