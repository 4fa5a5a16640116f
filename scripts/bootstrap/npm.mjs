import { existsSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ command: string, args: string[], shell: boolean, quote: (text: string) => string }} Npm command and arguments that run npm */

/**
 * @param {{ executable?: string, env?: NodeJS.ProcessEnv }} [options] executable: the Node to run npm under
 * @returns {Npm}
 */
export function findNpm({ executable = process.execPath, env = process.env } = {}) {
  const given = env['npm_execpath']; // set by "npm run"
  const beside = path.dirname(process.execPath);
  const script = [
    given !== undefined && path.basename(given) === 'npm-cli.js' ? given : '',
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'), // Windows
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((file) => file !== '' && existsSync(file));
  if (script !== undefined) return { command: executable, args: [script], shell: false, quote: (text) => text };
  const shell = process.platform === 'win32'; // npm.cmd can only be started by a shell
  return { command: 'npm', args: [], shell, quote: shell ? (text) => `"${text}"` : (text) => text };
}

/**
 * Turns npm's output into one sentence for the user.
 * @param {string} output
 * @param {string} what name of what was being installed
 */
export function explainNpmFailure(output, what) {
  if (/spawn npm ENOENT|npm: not found|is not recognized/.test(output)) {
    return `npm was not found, so ${what} could not be installed. Install Node with npm from nodejs.org and run the command again.`;
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|E50[234]/.test(output)) {
    return `The npm registry can't be reached, so ${what} could not be installed. Connect to the network and run the command again; packages that are installed already are not downloaded again.`;
  }
  if (/ENOSPC/.test(output)) return `The disk is full, so ${what} could not be installed. Free some space and run the command again.`;
  return `npm could not install ${what}. Its output:\n${tailOf(output)}`;
}

/** @param {string} output */
function tailOf(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/^npm (warn|notice)/.test(line));
  return lines.slice(-15).join('\n');
}
