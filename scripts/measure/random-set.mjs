import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, statSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import Database from 'better-sqlite3';
import { noisyPng } from './png.mjs';

/** A data set of any number of rows without their images: rows in the database, features in the cache. */

const CLASSES = ['a', 'b'];
const KEY_HEADER = Buffer.from('TLROWS2\n'); // as src/main/compute/cache/row-store.ts writes it

/** A folder of 16 small images in two classes. @param {string} folder */
export function drawTiles(folder) {
  CLASSES.forEach((name, c) => {
    mkdirSync(path.join(folder, name), { recursive: true });
    for (let i = 0; i < 8; i++) writeFileSync(path.join(folder, name, `${i}.png`), noisyPng(8 * c + i, 40));
  });
}

/** Adds copies of the first image's row, with other hashes, to the only data set, until it has `count`. Returns the SHA-256 of all. */
export function fillDatabase(/** @type {string} */ file, /** @type {number} */ count) {
  const db = new Database(file);
  const columns = /** @type {string[]} */ (db.prepare("SELECT name FROM pragma_table_info('images')").pluck().all());
  const first = /** @type {Record<string, unknown>} */ (db.prepare('SELECT * FROM images ORDER BY id LIMIT 1').get());
  const { last } = /** @type {{ last: number }} */ (db.prepare('SELECT max(id) AS last FROM images').get());
  const insert = db.prepare(`INSERT INTO images (${columns.join()}) VALUES (${columns.map((name) => `@${name}`).join()})`);
  db.transaction(() => {
    for (let id = last + 1; id < count; id++) {
      const sha256 = createHash('sha256').update(String(id)).digest('hex');
      const className = CLASSES[id % 2];
      insert.run({ ...first, id, file: `${className}/drawn ${id}.png`, class: className, sha256, content: sha256 });
    }
    db.prepare('UPDATE datasets SET images = ?').run(count);
  })();
  const sha256s = /** @type {string[]} */ (db.prepare('SELECT sha256 FROM images ORDER BY id').pluck().all());
  db.close();
  return sha256s;
}

/**
 * Adds rows of random bytes as numbers from 0 to 1 to a cache of features, `base`.rows and `base`.keys, for the images that have none. Returns the
 * numbers of a row.
 * @param {string} base @param {readonly string[]} sha256s
 */
export function fillFeatures(base, sha256s) {
  const keys = readFileSync(`${base}.keys`);
  const known = (keys.length - KEY_HEADER.length) / 40;
  const rowBytes = statSync(`${base}.rows`).size / known;
  const [rows, records] = [openSync(`${base}.rows`, 'a'), openSync(`${base}.keys`, 'a')];
  sha256s.slice(known).forEach((sha256, i) => {
    const row = Buffer.from(Float32Array.from(randomBytes(rowBytes / 4), (byte) => byte / 255).buffer);
    const record = Buffer.alloc(40);
    record.write(sha256, 0, 'hex');
    record.writeUInt32LE(known + i, 32);
    record.writeUInt32LE(crc32(row, crc32(record.subarray(0, 32))), 36);
    writeSync(rows, row);
    writeSync(records, record);
  });
  closeSync(rows);
  closeSync(records);
  return rowBytes / 4;
}
