import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { browserPrinter, findBrowser } from '../../../src/main/doors/http/print-pdf.ts';
import { renderReport } from '../../features/report/whole-page.ts';
import { temporaryFolder } from '../../features/dataset/png-files.ts';
import { sampleInput } from '../../features/report/sample.ts';

const browser = findBrowser();
const never = new AbortController().signal;

describe('a browser for printing', () => {
  it('is the one named in TWINLENS_BROWSER, or none if that is missing', () => {
    expect(findBrowser({ TWINLENS_BROWSER: process.execPath })).toBe(process.execPath);
    expect(findBrowser({ TWINLENS_BROWSER: '/nowhere/chrome' })).toBeNull();
    expect(browserPrinter(null)).toBeNull();
  });

  it('is found in each system’s usual folder', () => {
    const folder = temporaryFolder();
    const edge = join(folder, 'Microsoft/Edge/Application/msedge.exe');
    mkdirSync(join(edge, '..'), { recursive: true });
    writeFileSync(edge, '');
    expect(findBrowser({ 'PROGRAMFILES(X86)': folder }, 'win32')).toBe(edge);
    expect(findBrowser({}, 'win32')).toBeNull();
    const chrome = join(folder, 'Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
    mkdirSync(join(chrome, '..'), { recursive: true });
    writeFileSync(chrome, '');
    expect([chrome, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']).toContain(findBrowser({ HOME: folder }, 'darwin'));
  });
});

describe.skipIf(browser === null)('printing', () => {
  it('writes the report as a PDF of several pages with text', async () => {
    const folder = temporaryFolder();
    const html = join(folder, 'a report # 100 %.html');
    writeFileSync(html, renderReport(sampleInput()));
    const out = join(folder, 'deeper', 'out.pdf');
    await browserPrinter(browser)!(html, out, never);
    const pdf = readFileSync(out);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect((pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? []).length).toBeGreaterThan(1);
    expect(pdf.toString('latin1')).toContain('/Font');
  });

  it('leaves an existing file unchanged when cancelled', async () => {
    const folder = temporaryFolder();
    const html = join(folder, 'report.html');
    writeFileSync(html, renderReport(sampleInput()));
    const out = join(folder, 'out.pdf');
    writeFileSync(out, 'before');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    await expect(browserPrinter(browser)!(html, out, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(readFileSync(out, 'utf8')).toBe('before');
  });
});

describe.skipIf(process.platform === 'win32')('a browser that fails', () => {
  it.each(['exit 3', 'exit 0'])('is reported (%s), and nothing is written', async (end) => {
    const folder = temporaryFolder();
    const program = join(folder, 'browser');
    writeFileSync(program, `#!/bin/sh\n${end}\n`);
    chmodSync(program, 0o755);
    await expect(browserPrinter(program)!(join(folder, 'x.html'), join(folder, 'x.pdf'), never)).rejects.toMatchObject({ code: 'engine' });
    expect(existsSync(join(folder, 'x.pdf'))).toBe(false);
  });
});
