import { createHash } from 'node:crypto';
import type { Db } from '../open.ts';

const SLICE = 2000; // rows between two pauses: about 20 ms

interface Table {
  name: string;
  wr: number; // 1: WITHOUT ROWID
}

/**
 * SHA-256, hex, of all rows of a bundle, for SQLite does not notice a changed byte in a value. Without bundle_info, which has it, and
 * bundle_chunks, whose files have their own. `pause` is awaited now and then; throws what it throws.
 */
export async function rowChecksum(db: Db, pause: () => Promise<void>): Promise<string> {
  const tables = db
    .prepare<[], Table>(`SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .all()
    .filter(({ name }) => name !== 'bundle_info' && name !== 'bundle_chunks')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const keysOf = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk').pluck();
  const hash = createHash('sha256');
  let rows = 0;
  for (const { name, wr } of tables) {
    hash.update(`${name}\n`);
    const order = wr === 1 ? keysOf.all(name).join(', ') : 'rowid';
    for (const row of db.prepare<[], unknown[]>(`SELECT * FROM main.${name} ORDER BY ${order}`).raw().iterate()) {
      for (const cell of row) {
        const bytes = Buffer.isBuffer(cell) ? cell : Buffer.from(String(cell));
        hash.update(`${cell === null ? 'null' : typeof cell} ${bytes.length}\n`).update(bytes);
      }
      if (++rows % SLICE === 0) await pause();
    }
  }
  return hash.digest('hex');
}
