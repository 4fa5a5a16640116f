// `npm run install-cuda`: installs the CUDA parts of both engines, tests them with real training steps and reports what is missing.
// Installed files are changed only after all downloads are complete.
// Usage: npm run install-cuda -- [--dry-run] [--without-card]
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runScript, say, SetupError } from './bootstrap/say.mjs';
import { findCard, missingLibraries, REQUIRED } from './cuda/machine.mjs';
import { fetchProvider, fetchTensorflow, TENSORFLOW } from './cuda/parts.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false }, // reports what it would do and what is missing
    'without-card': { type: 'boolean', default: false }, // to build a package for other machines
  },
});

/** The components for this system. onnxruntime has CUDA on Linux only; on Windows it uses the card through DirectML and WebGPU. */
const parts = [
  { engine: /** @type {const} */ ('tensorflow'), what: `TensorFlow with CUDA (${TENSORFLOW})`, fetch: fetchTensorflow, on: ['linux', 'win32'] },
  { engine: /** @type {const} */ ('onnxruntime'), what: "onnxruntime's CUDA part", fetch: fetchProvider, on: ['linux'] },
].filter(({ on }) => on.includes(process.platform));

async function main() {
  const isSupported = ['linux', 'win32'].includes(process.platform) && process.arch === 'x64';
  if (!isSupported)
    throw new SetupError(
      `CUDA is for Linux and Windows on 64-bit Intel and AMD processors, not for ${process.platform} ${process.arch}. Train with --device webgpu.`,
    );
  const card = await findCard();
  if (card === null && !values['without-card']) {
    throw new SetupError(
      "No NVIDIA card with a driver was found (nvidia-smi reports none), so CUDA can't be used here. For other cards use --device webgpu. Nothing was changed.",
    );
  }
  if (card !== null) say(`found ${card.name}, driver ${card.driver}${card.cuda === null ? '' : `, supports CUDA up to ${card.cuda}`}`);
  for (const { engine, what } of parts) {
    const missing = await missingLibraries(REQUIRED[engine][process.platform === 'win32' ? 'win32' : 'linux']);
    say(`${what} needs ${REQUIRED[engine].words}${missing.length ? `; not found: ${missing.join(', ')}` : ', all found'}`);
  }
  if (values['dry-run']) {
    say(`would download ${parts.map(({ what }) => what).join(' and ')} (several hundred megabytes) and try them. Nothing was changed.`);
    return 0;
  }
  await fetchAll();
  return card === null ? 0 : testDevices();
}

async function fetchAll() {
  const aside = path.join(root, '.toolchain', 'cuda');
  try {
    const installs = [];
    for (const { engine, what, fetch } of parts) {
      const work = path.join(aside, engine);
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work, { recursive: true });
      say(`downloading ${what}`);
      installs.push(await fetch(root, work, process.env));
    }
    for (const install of installs) install();
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Runs `doctor`, which tries one training step on each engine's CUDA device. */
function testDevices() {
  const doctor = spawnSync(process.execPath, [path.join(root, 'dist', 'main', 'cli.cjs'), 'doctor', '--json'], { encoding: 'utf8', cwd: root });
  if (doctor.status !== 0) throw new SetupError(`The components are installed, but could not be tested: ${doctor.stderr.trim()}`);
  /** @type {{ engine: string, device: string, ok: boolean, detail: string, imagesPerSecond: number | null }[]} */
  const checks = JSON.parse(doctor.stdout).engines.filter((/** @type {{ device: string }} */ c) => c.device === 'cuda');
  for (const { engine, ok, detail, imagesPerSecond } of checks) {
    say(ok ? `works: ${engine} on cuda, ${Math.round(imagesPerSecond ?? 0)} images/s` : `does not work yet: ${engine} on cuda: ${detail}`);
  }
  if (checks.some(({ ok }) => ok)) return 0;
  say('neither engine can use the card yet: install the CUDA and cuDNN versions named above from NVIDIA, then run "doctor"');
  return 1;
}

await runScript(main);
