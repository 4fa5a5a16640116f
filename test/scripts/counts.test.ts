import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCounts, playwrightCounts, countsOfReport, sumOf, summaryLine, vitestCounts } from '../../scripts/test/counts.mjs';
import { temporaryFolder, write } from './project.ts';

/** Runs the real Vitest on one file of tests, as scripts/test.mjs does. */
function vitestOn(files: Record<string, string>) {
  const root = temporaryFolder();
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction');
  for (const [name, body] of Object.entries(files)) write(root, name, `import { expect, it } from 'vitest';\n${body}`);
  const report = join(root, 'report.json');
  const args = [resolve('node_modules/vitest/vitest.mjs'), 'run', '--root', root, '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync(process.execPath, args, { cwd: root });
  return { status: status ?? 1, counts: countsOfReport(report, status ?? 1, vitestCounts) };
}

describe('the counts of npm test', () => {
  it("match Vitest's report: failed, skipped, to do, and a file that cannot be loaded", () => {
    // The fixture's skipped and unwritten tests are what the count of skipped ones is checked with.
    const { status, counts } = vitestOn({
      'a.test.ts': "it('1', () => {}); it('2', () => {}); it('3', () => { expect(1).toBe(2); }); it.skip('4', () => {}); it.todo('5');",
      'b.test.ts': "throw new Error('cannot be loaded');",
    });
    expect(status).not.toBe(0);
    expect(counts).toEqual({ passed: 2, failed: 2, skipped: 2 });
  });

  it('contain a failure when every test passed but the run failed', () => {
    const { status, counts } = vitestOn({ 'a.test.ts': "it('1', () => { void Promise.reject(new Error('late')); });" });
    expect(status).not.toBe(0);
    expect(counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('contain a failure when there is no report', () => {
    expect(countsOfReport(join(temporaryFolder(), 'none.json'), 0, vitestCounts)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it("match Playwright's report", () => {
    const stats = { expected: 5, unexpected: 2, flaky: 1, skipped: 3 };
    expect(playwrightCounts({ stats })).toEqual({ passed: 6, failed: 2, skipped: 3 });
  });

  it('are summed into the last line', () => {
    expect(summaryLine(sumOf([checkCounts(0), checkCounts(1), checkCounts(0), { passed: 10, failed: 0, skipped: 4 }]))).toBe(
      '12 passed, 1 failed, 4 skipped',
    );
  });
});
