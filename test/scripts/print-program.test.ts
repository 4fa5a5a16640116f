import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('print-program prints a training step after each pass: primitives first, then operators in blocked layout', () => {
  const args = ['scripts/print-program.mjs', '--block', '16', '--backbone', 'resnet18', '--size', '32'];
  const parts = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 }).split(/^== /m);
  const programs = new Map(parts.slice(1).map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf('\n') + 1)] as const));
  expect([...programs.keys()][0]).toBe('source');
  expect([...programs.keys()]).toEqual(expect.arrayContaining(['bind parameters', 'blocked layout', 'expand', 'fuse activations', 'order sinks']));
  expect(programs.get('source')).toMatch(/ = convKernelGradient\(/);
  expect(programs.get('source')).not.toMatch(/ = blocked/);
  expect(programs.get('blocked layout')).toMatch(/ = blockedConv\(/);
  for (const program of programs.values()) expect(program).toMatch(/^output gradient:fc\.2\.weight = /m);
});

test('an unknown pass is refused with the names of the passes', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/print-program.mjs', '--pass', 'nothing'], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/This program has no pass "nothing".*bind parameters.*order sinks/);
});

test('--help lists every option, and a value outside a list is refused with the list', () => {
  const help = spawnSync(process.execPath, ['scripts/print-program.mjs', '--help'], { encoding: 'utf8' });
  expect(help.status).toBe(0);
  for (const option of ['task', 'backbone', 'scope', 'batch-norm', 'loss', 'pairs', 'size', 'device', 'block', 'pass'])
    expect(help.stdout).toMatch(new RegExp(`^ +--${option} `, 'm'));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/print-program.mjs', '--loss', 'none'], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toBe('--loss must be one of contrastive, triplet, multi-similarity, supcon, arcface, probe, not "none".\n');
});
