// Runs every numerical test on WebGPU: parity on three backbones, finite differences of each operation, agreement with the CPU.
// It uses the graphics card, or with --software the SwiftShader driver of Debian's Chromium (about an hour).
// Usage: node scripts/check-webgpu.mjs [--software] [test name filter]
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const HOME = '/usr/lib/chromium';
const SOFTWARE = { VK_DRIVER_FILES: `${HOME}/vk_swiftshader_icd.json`, LD_LIBRARY_PATH: HOME };

const [filter] = process.argv.slice(2).filter((arg) => arg !== '--software');
const env = { ...process.env, ...(process.argv.includes('--software') ? SOFTWARE : {}), TWINLENS_TEST_DEVICE: 'webgpu' };
const tests = [
  'test/nn/parity.test.ts',
  'test/nn/parity-035.test.ts',
  'test/nn/agreement.test.ts',
  'test/nn/short-of-memory.test.ts',
  'test/nn/ir',
  'test/nn/functional',
  'test/nn/backbones',
];
const options = ['--testTimeout=1800000', ...(filter === undefined ? [] : ['-t', filter])];
process.exitCode =
  spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests, ...options], { env, stdio: 'inherit' }).status ?? 1;
