import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { Inspect } from '../../../src/main/features/dataset/import.ts';
import { chunk } from '../report/png.ts';

/** A folder for one test, deleted after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A PNG of one grey (0..255), width x height px, whose content also depends on `tag`. */
export function makePng(tag: string, width = 3, height = 2, grey = 128): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8); // 8 bit, grey
  const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.from([0, ...new Array<number>(width).fill(grey)])));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const text = chunk('tEXt', Buffer.from(`tag\0${tag}`));
  return Buffer.concat([signature, chunk('IHDR', header), text, chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Writes files below a folder: a Buffer or text unchanged, a number as a PNG whose content depends on it. */
export function drawFiles(folder: string, files: Record<string, Buffer | string | number>): string {
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, ...file.split('/'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'number' ? makePng(String(content)) : content);
  }
  return folder;
}

/** Draws `counts` different images per class. */
export function drawClasses(folder: string, counts: Record<string, number>): string {
  let n = 0;
  for (const [name, count] of Object.entries(counts)) {
    drawFiles(folder, Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}/${i}.png`, n++])));
  }
  return folder;
}

/** Hashes, and reads the size from a PNG's header; any other file that is not JPEG is refused. */
export const plainInspect: Inspect = (files, { onProgress } = {}) =>
  Promise.resolve(
    files.map((file, i) => {
      const bytes = readFileSync(file);
      onProgress?.(i + 1, files.length);
      const png = bytes.subarray(1, 4).toString('latin1') === 'PNG';
      if (!png && bytes[0] !== 0xff) return { error: 'it is no image' };
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { sha256, content: sha256, width: png ? bytes.readUInt32BE(16) : 1, height: png ? bytes.readUInt32BE(20) : 1 };
    }),
  );
