import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** Sentences reach the screen, the report and the command line. Options of the command line belong in `details.flags`, which only it prints. */
test('no sentence outside the command line names an option', async () => {
  const found: string[] = [];
  const CHROMIUM = 'src/main/doors/http/print-pdf.ts'; // its options start a browser
  for await (const file of glob('src/{main,renderer}/**/*.{ts,svelte}')) {
    if (file.startsWith('src/main/doors/cli/') || file === CHROMIUM) continue;
    const code = readFileSync(file, 'utf8').replaceAll(/<style>[^]*<\/style>/g, '');
    for (const line of code.split('\n'))
      if (/['"`][^'"`]*[ (]--[a-z]/.test(line) && !/flags:|var\(--/.test(line)) found.push(`${file}: ${line.trim()}`);
  }
  expect(found).toEqual([]);
});
