// The two CUDA components. Each is downloaded to a temporary folder and installed completely or not at all.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { explainNpmFailure, findNpm } from '../bootstrap/npm.mjs';
import { runQuietly } from '../bootstrap/run.mjs';
import { SetupError } from '../bootstrap/say.mjs';

export const TENSORFLOW = '@tensorflow/tfjs-node-gpu';

/**
 * TensorFlow with CUDA: the optional peer dependency of package.json, with its own modules inside it. It uses the project's TF.js.
 * @param {string} root
 * @param {string} work an empty folder below root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<() => void>} installs it
 */
export async function fetchTensorflow(root, work, env) {
  const version = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).peerDependencies[TENSORFLOW];
  writeFileSync(path.join(work, 'package.json'), JSON.stringify({ name: 'cuda', version: '1.0.0', private: true }));
  const npm = findNpm({ env });
  const options = ['--ignore-scripts', '--install-strategy=nested', '--no-audit', '--no-fund', '--no-package-lock'];
  const args = [...npm.args, 'install', ...options, `${TENSORFLOW}@${version}`];
  const { code, output } = await runQuietly(npm.command, args, { cwd: work, env, shell: npm.shell });
  if (code !== 0) throw new SetupError(explainNpmFailure(output, 'TensorFlow for graphics cards'));
  const home = path.join(work, 'node_modules', TENSORFLOW);
  rmSync(path.join(home, 'node_modules', '@tensorflow'), { recursive: true, force: true });
  const bin = path.join(home, 'node_modules', '.bin');
  const script = { cwd: home, env: { ...env, PATH: [bin, path.dirname(process.execPath), env['PATH']].join(path.delimiter) } };
  const fetched = await runQuietly(process.execPath, [path.join('scripts', 'install.js'), 'gpu', 'download'], script);
  if (fetched.code !== 0 || !hasAddon(home)) throw new SetupError(whyNotFetched(fetched.output, "TensorFlow's library"));
  return () => {
    const to = path.join(root, 'node_modules', TENSORFLOW);
    rmSync(to, { recursive: true, force: true });
    mkdirSync(path.dirname(to), { recursive: true });
    renameSync(home, to);
  };
}

/** @param {string} home */
const hasAddon = (home) =>
  existsSync(path.join(home, 'lib')) && readdirSync(path.join(home, 'lib'), { recursive: true }).some((file) => String(file).endsWith('.node'));

/** Folder of onnxruntime's CUDA provider. Its package has one for Linux x64 only. */
const providerFolder = (/** @type {string} */ home) => path.join(home, 'bin', 'napi-v6', 'linux', 'x64');

/**
 * Downloads onnxruntime's CUDA provider with the package's own script. The script runs in a copy, so the installed package stays unchanged until the end.
 * @param {string} root
 * @param {string} work an empty folder below root: the script finds its modules in the project's
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<() => void>} installs it
 */
export async function fetchProvider(root, work, env) {
  const home = path.join(root, 'node_modules', 'onnxruntime-node');
  cpSync(path.join(home, 'script'), path.join(work, 'script'), { recursive: true });
  mkdirSync(providerFolder(work), { recursive: true });
  const args = [path.join(work, 'script', 'install.js'), '--onnxruntime-node-install=cuda12'];
  const { code, output } = await runQuietly(process.execPath, args, { cwd: work, env });
  const files = readdirSync(providerFolder(work)).filter((file) => /providers_(cuda|shared)/.test(file));
  if (code !== 0 || files.length < 2) throw new SetupError(whyNotFetched(output, "onnxruntime's CUDA part"));
  return () => {
    for (const file of files) renameSync(path.join(providerFolder(work), file), path.join(providerFolder(home), file));
  };
}

/**
 * @param {string} output
 * @param {string} what
 */
function whyNotFetched(output, what) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|getaddrinfo|status code/i.test(output)) {
    return `${what} could not be downloaded (some hundred megabytes from its vendor's servers). Connect to the internet, or allow it in the proxy, and run the command again. Nothing was changed.`;
  }
  const tail = output.trim().split('\n').slice(-3).join(' · ');
  return `${what} could not be installed. Nothing was changed. Output of its install script: ${tail}`;
}
