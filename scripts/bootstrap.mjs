#!/usr/bin/env node
// Plain Node 18+, no dependencies: it runs before anything is installed.
// Usage: node scripts/bootstrap.mjs <start|test|build|package|install-cuda|campaign|twinlens> [args…]
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './bootstrap/build.mjs';
import { ensureDependencies } from './bootstrap/deps.mjs';
import { ensureNode, environmentFor } from './bootstrap/node.mjs';
import { handOver } from './bootstrap/run.mjs';
import { runScript, say } from './bootstrap/say.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const TASKS = ['start', 'test', 'build', 'package', 'install-cuda', 'campaign', 'twinlens'];

/** @returns {Promise<number>} the exit code */
async function main() {
  const [task, ...args] = process.argv.slice(2);
  if (task === undefined || !TASKS.includes(task)) {
    say('usage: node scripts/bootstrap.mjs <start|test|build|package|install-cuda|campaign|twinlens> [arguments]');
    return 2;
  }
  const node = await ensureNode(root);
  const env = environmentFor(node);
  await ensureDependencies(root, node, env);

  if (task === 'test') {
    // A filtered run installs no browser.
    if (args.length === 0) await (await import('./bootstrap/system.mjs')).ensureBrowser(env);
    return handOver(node.executable, [path.join(root, 'scripts', 'test.mjs'), ...args], { env, cwd: root });
  }

  const built = await ensureBuilt(root, node, env, { force: task === 'build' && args.includes('--force') });
  if (task === 'build') {
    say(built === 'fresh' ? 'dist/ is up to date' : 'built dist/');
    return 0;
  }
  if (task === 'package' || task === 'install-cuda') {
    return handOver(node.executable, [path.join(root, 'scripts', `${task}.mjs`), ...args], { env, cwd: root });
  }
  // Node before 22.18 reads TypeScript only with the first option.
  if (task === 'campaign')
    return handOver(node.executable, ['--experimental-strip-types', '--no-warnings', path.join(root, 'scripts', 'campaign.mjs'), ...args], {
      cwd: root,
      env,
    });
  if (task === 'start') return (await import('./bootstrap/start.mjs')).start(root, node, env, args);
  return handOver(node.executable, [path.join(root, 'dist', 'main', 'cli.cjs'), ...args], {
    env: { NODE_COMPILE_CACHE: path.join(root, 'node_modules', '.cache', 'compile'), ...env },
  });
}

await runScript(main);
