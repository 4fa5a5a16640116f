// `npm run package`: builds installers. bootstrap.mjs has set up Node and the libraries and built dist/.
// Usage: npm run package -- [--platform linux|win32|darwin] [--arch x64|arm64|all] [--cuda] [--dir] [--out FOLDER] [--electron-dist FOLDER] [--node FILE]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runScript, say, SetupError } from './bootstrap/say.mjs';
import { whyNoCuda } from './package/modules.mjs';
import { stageApp } from './package/stage.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const PLATFORMS = { linux: '--linux', win32: '--win', darwin: '--mac' };
/** @type {Record<string, ('x64' | 'arm64')[]>} default architectures; --arch overrides them */
const ARCHES = { linux: ['x64'], win32: ['x64'], darwin: ['x64', 'arm64'] };

const { values } = parseArgs({
  options: {
    platform: { type: 'string', default: process.platform },
    arch: { type: 'string' },
    dir: { type: 'boolean', default: false }, // only the folder, no installer
    cuda: { type: 'boolean', default: false }, // with the files of `npm run install-cuda`: hundreds of megabytes
    out: { type: 'string', default: 'release' },
    'electron-dist': { type: 'string' }, // Electron's runtime, unpacked; else it is downloaded
    node: { type: 'string' }, // a Node to package instead of the pinned one
  },
});

/** @param {import('./package/modules.mjs').Target} target */
async function packageFor(target) {
  const stage = path.join('release', '.stage', `${target.platform}-${target.arch}${target.cuda ? '-cuda' : ''}`);
  say(`preparing ${target.platform} ${target.arch}${target.cuda ? ' with CUDA' : ''}`);
  await stageApp(root, path.join(root, stage), target, values.node === undefined ? {} : { node: values.node });
  const args = [
    path.join(root, 'node_modules', 'electron-builder', 'cli.js'),
    PLATFORMS[target.platform],
    ...(values.dir ? ['dir'] : []),
    `--${target.arch}`,
    '--config',
    target.cuda ? 'electron-builder.cuda.yml' : 'electron-builder.yml',
    `-c.directories.app=${stage}/app`,
    `-c.directories.output=${values.out}`,
    '--publish',
    'never',
  ];
  const electron = values['electron-dist'] ?? installedRuntime(target);
  if (electron !== null) args.push(`-c.electronDist=${electron}`);
  const code = await new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, TWINLENS_STAGE: stage } });
    child.on('exit', (exit) => resolve(exit ?? 1));
  });
  if (code !== 0) throw new SetupError(`electron-builder could not package ${target.platform} ${target.arch} (see above).`);
}

/**
 * Electron's runtime, if it is already downloaded for this target.
 * @param {import('./package/modules.mjs').Target} target
 * @returns {string | null}
 */
function installedRuntime({ platform, arch }) {
  if (platform !== process.platform || arch !== process.arch) return null;
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(root, 'node_modules', 'electron', 'dist');
  return existsSync(folder) ? folder : null;
}

await runScript(async () => {
  const { platform } = values;
  if (!(platform in PLATFORMS)) throw new SetupError(`There are packages for ${Object.keys(PLATFORMS).join(', ')}, not for ${platform}.`);
  const arches = values.arch === undefined ? ARCHES[platform] : values.arch === 'all' ? ['x64', 'arm64'] : [values.arch];
  const { cuda } = values;
  const targets = arches.map((arch) => /** @type {import('./package/modules.mjs').Target} */ ({ platform, arch, cuda }));
  for (const target of targets) {
    const problem = cuda ? whyNoCuda(path.join(root, 'node_modules'), target) : null;
    if (problem !== null) throw new SetupError(problem);
    await packageFor(target);
  }
});
