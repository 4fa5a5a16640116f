import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { markBuilt } from '../../scripts/bootstrap/build.mjs';
import { markInstalled } from '../../scripts/bootstrap/deps.mjs';

/** A folder for one test, deleted after it. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'twinlens-scripts-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function write(root: string, name: string, content: string): string {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** A command line that prints its arguments, or ends as they say. */
const COMMAND_LINE = `
  const [what, ...rest] = process.argv.slice(2);
  if (what === 'exit') process.exit(Number(rest[0]));
  if (what === 'wait') { console.log('ready'); setInterval(() => {}, 1000); }
  if (what === 'catch') { process.on('SIGINT', () => process.exit(42)); console.log('ready'); setInterval(() => {}, 1000); }
  if (what === 'serve') console.log(JSON.stringify({ serve: rest }));
  if (what === 'tell') console.log(JSON.stringify({ rest, cwd: process.cwd(), from: process.env.INIT_CWD, onnx: process.env.ONNXRUNTIME_NODE_INSTALL }));
`;

/** A stand-in for Vite: logs the call, takes 300 ms, and copies src/cli.js; fails if that contains 'broken'. */
const VITE = `
  import { appendFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
  import path from 'node:path';
  const out = path.resolve('dist', process.argv[process.argv.indexOf('--outDir') + 1]);
  appendFileSync('calls.log', 'vite\\n');
  console.log('noise of vite');
  await new Promise((resolve) => setTimeout(resolve, 300));
  if (readFileSync('src/cli.js', 'utf8').includes('broken')) { console.error('cannot be built'); process.exit(1); }
  mkdirSync(out, { recursive: true });
  cpSync('src/cli.js', path.join(out, 'cli.cjs'));
`;

/** A stand-in for npm: clears node_modules and fills it as npm ci does, or fails with the text of FAKE_NPM. */
const NPM = `
  const fs = require('node:fs');
  const path = require('node:path');
  fs.appendFileSync('calls.log', 'npm ' + process.argv.slice(2).join(' ') + ' onnx=' + process.env.ONNXRUNTIME_NODE_INSTALL + '\\n');
  console.log('noise of npm');
  fs.rmSync('node_modules', { recursive: true, force: true });
  if (process.env.FAKE_NPM) { console.error(process.env.FAKE_NPM); process.exit(1); }
  fs.mkdirSync('node_modules/vite/bin', { recursive: true });
  fs.cpSync('vite.js', 'node_modules/vite/bin/vite.js');
`;

/** A project of a few lines with the real scripts/ of the set-up, in the state after a complete set-up. */
export function fakeProject(): string {
  const root = temporaryFolder();
  const isSetUp = (file: string): boolean => !file.startsWith(resolve('scripts', 'package')); // packaging needs files of a real project
  cpSync(resolve('scripts'), join(root, 'scripts'), { recursive: true, filter: isSetUp });
  write(root, 'package.json', '{ "type": "module" }');
  write(root, 'package-lock.json', '{ "packages": {} }');
  write(root, 'src/cli.js', COMMAND_LINE);
  write(root, 'dist/main/cli.cjs', COMMAND_LINE);
  write(root, 'vite.config.ts', '');
  write(root, 'vite.js', VITE);
  write(root, 'node_modules/vite/bin/vite.js', VITE);
  write(root, 'npm/npm-cli.js', NPM);
  write(root, 'npm/package.json', '{ "type": "commonjs" }');
  markInstalled(root);
  markBuilt(root);
  return root;
}

export interface ProcessResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Starts the bootstrap of a fake project; `sent` is called after its first output. */
export function bootstrap(
  root: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; sent?: (child: ChildProcess) => void } = {},
): Promise<ProcessResult> {
  const env: NodeJS.ProcessEnv = { ...process.env, npm_execpath: join(root, 'npm', 'npm-cli.js'), ...options.env };
  delete env['npm_lifecycle_event'];
  const child = spawn(process.execPath, [join(root, 'scripts', 'bootstrap.mjs'), ...args], { cwd: options.cwd ?? root, env });
  const ended: ProcessResult = { code: null, signal: null, stdout: '', stderr: '' };
  child.stdout.once('data', () => options.sent?.(child));
  child.stdout.on('data', (data: Buffer) => (ended.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (ended.stderr += data.toString()));
  return new Promise((done) => {
    child.on('close', (code, signal) => done({ ...ended, code, signal }));
  });
}
