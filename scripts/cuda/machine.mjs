// Detects what CUDA needs on this machine: the graphics card, its driver and NVIDIA's libraries.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { runQuietly } from '../bootstrap/run.mjs';

/** @typedef {{ name: string, driver: string, cuda: string | null }} Card cuda: the newest version that the driver supports */

/** The CUDA version that each engine was built for, and the library files that prove it is installed. */
export const REQUIRED = {
  tensorflow: {
    words: 'CUDA 11.2 and cuDNN 8.1',
    linux: ['libcudart.so.11.0', 'libcublas.so.11', 'libcudnn.so.8'],
    win32: ['cudart64_110.dll', 'cublas64_11.dll', 'cudnn64_8.dll'],
  },
  onnxruntime: { words: 'CUDA 12 and cuDNN 9', linux: ['libcudart.so.12', 'libcublas.so.12', 'libcudnn.so.9'], win32: [] },
};

/**
 * The first NVIDIA card, as nvidia-smi reports it.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Card | null>}
 */
export async function findCard(env = process.env) {
  const { code, output } = await runQuietly('nvidia-smi', [], { env });
  return code === 0 ? readCard(output) : null;
}

/**
 * @param {string} output of nvidia-smi
 * @returns {Card | null}
 */
export function readCard(output) {
  const driver = /Driver Version:\s*([\d.]+)/.exec(output)?.[1];
  const name = /^\|\s+\d+\s+(.+?)\s{2,}/m.exec(output)?.[1];
  if (driver === undefined || name === undefined) return null;
  return { name, driver, cuda: /CUDA(?: UMD)? Version:\s*([\d.]+)/.exec(output)?.[1] ?? null };
}

/**
 * Returns the files that the system's loader would not find.
 * @param {readonly string[]} files
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function missingLibraries(files, env = process.env, platform = process.platform) {
  const folders = (platform === 'win32' ? env['PATH'] : env['LD_LIBRARY_PATH'])?.split(path.delimiter).filter(Boolean) ?? [];
  const known = platform === 'linux' ? (await runQuietly('/sbin/ldconfig', ['-p'], { env })).output : '';
  const isFound = (/** @type {string} */ file) => known.includes(`${file} `) || folders.some((folder) => holds(folder, file));
  return files.filter((file) => !isFound(file));
}

/**
 * @param {string} folder
 * @param {string} file
 */
const holds = (folder, file) => existsSync(folder) && readdirSync(folder).some((name) => name.toLowerCase() === file.toLowerCase());
