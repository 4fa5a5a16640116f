import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TABLES } from '../../src/shared/tables.ts';

test('docs/tables.md describes every column of every table', () => {
  const page = readFileSync('docs/tables.md', 'utf8');
  for (const [name, { about, columns }] of Object.entries(TABLES)) {
    const section = page.split(/^## /m).find((part) => part.startsWith(`${name}\n`));
    expect(section, name).toContain(about);
    const rows = [...section!.matchAll(/^\| `(\w+)` *\| [^|]+ \| (.*?) *\|$/gm)].map(([, column, text]) => [column, text]);
    expect(rows).toEqual(columns.map((column) => [column.name, column.about]));
  }
});
