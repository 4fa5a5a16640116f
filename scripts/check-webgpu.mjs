// Every test of numbers on WebGPU: the published ones on three backbones, every operation against finite differences, and
// agreement with the CPU. On this machine's graphics card, or with --software on the driver in software that Debian's Chromium
// brings (an hour or so). Usage: node scripts/check-webgpu.mjs [--software] [a filter for test names]
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const HOME = '/usr/lib/chromium';
const SOFTWARE = { VK_DRIVER_FILES: `${HOME}/vk_swiftshader_icd.json`, LD_LIBRARY_PATH: HOME };

const [filter] = process.argv.slice(2).filter((arg) => arg !== '--software');
const env = { ...process.env, ...(process.argv.includes('--software') ? SOFTWARE : {}), TWINLENS_TEST_DEVICE: 'webgpu' };
const tests = ['test/nn/parity.test.ts', 'test/nn/parity-035.test.ts', 'test/nn/agreement.test.ts', 'test/nn/short-of-memory.test.ts', 'test/nn/ops'];
const patience = ['--testTimeout=1800000', ...(filter === undefined ? [] : ['-t', filter])];
process.exitCode =
  spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests, ...patience], { env, stdio: 'inherit' }).status ?? 1;
