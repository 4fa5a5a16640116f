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

test('a pass that the program does not go through is refused with the names of those that it does', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/print-program.mjs', '--pass', 'nothing'], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/There is no pass "nothing".*bind parameters.*order sinks/);
});
