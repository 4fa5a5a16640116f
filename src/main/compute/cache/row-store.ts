import { closeSync, existsSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { asAppError } from '../../../shared/errors.ts';
import { makeFolders } from '../../foundation/files.ts';
import { readRange } from '../../nn/weights/source.ts';

const HEADER = Buffer.from('TLROWS2\n'); // of the key file; version 1 had neither header nor checksums
const KEY_BYTES = 32;
const RECORD_BYTES = KEY_BYTES + 8; // key, row number, checksum; both numbers uint32, little-endian
const SYNC_BYTES = 64 * 2 ** 20; // rows between two syncs: a killed process computes at most these again

/**
 * A cache on disk of rows of equal length (features, decoded pixels), keyed by the SHA-256 of the image's bytes. `name` must
 * contain everything else that the rows depend on.
 *
 * Both files only grow, and a key's last record counts. A key is written after its row has reached the disk. `read` checks each row,
 * so damaged files, a killed process or a second writer cost computing time but never give wrong rows.
 */
export class RowStore {
  private readonly data: number;
  private readonly keys: number;
  private readonly rows = new Map<string, number>(); // row numbers by key
  private readonly checksums: number[] = []; // by row number
  private pending: Buffer[] = []; // records whose rows are not synced yet
  private pendingBytes = 0; // of their rows
  readonly rowBytes: number;

  constructor(folder: string, name: string, rowBytes: number) {
    makeFolders(folder);
    this.rowBytes = rowBytes;
    const keysPath = join(folder, `${name}.keys`);
    this.data = openOrCreate(join(folder, `${name}.rows`));
    this.keys = openOrCreate(keysPath);
    const bytes = readFileSync(keysPath);
    if (bytes.subarray(0, HEADER.length).equals(HEADER)) this.load(bytes);
    else {
      ftruncateSync(this.data);
      ftruncateSync(this.keys);
      writeAll(this.keys, HEADER, 0);
    }
  }

  has(sha256: string): boolean {
    return this.rows.has(sha256);
  }

  get size(): number {
    return this.rows.size;
  }

  /** Appends rows, which are concatenated in `rows`. Throws AppError 'disk-full' and leaves earlier rows unchanged. */
  append(sha256s: readonly string[], rows: Uint8Array): void {
    if (rows.byteLength !== sha256s.length * this.rowBytes)
      throw new Error(`${sha256s.length} rows of ${this.rowBytes} bytes are not ${rows.byteLength} bytes.`);
    const first = Math.ceil(fstatSync(this.data).size / this.rowBytes);
    try {
      writeAll(this.data, rows, first * this.rowBytes);
    } catch (error) {
      ftruncateSync(this.data, first * this.rowBytes);
      throw asAppError(error);
    }
    for (const [i, sha256] of sha256s.entries()) {
      const key = Buffer.from(sha256, 'hex');
      const checksum = checksumOf(key, rows.subarray(i * this.rowBytes, (i + 1) * this.rowBytes));
      this.rows.set(sha256, first + i);
      this.checksums[first + i] = checksum;
      this.pending.push(recordOf(key, first + i, checksum));
    }
    this.pendingBytes += rows.byteLength;
    if (this.pendingBytes >= SYNC_BYTES) this.flush();
  }

  /** Copies a row into `target`, which must have `rowBytes` bytes. Returns false, and forgets the row, if it is damaged. */
  read(sha256: string, target: Uint8Array): boolean {
    const row = this.rows.get(sha256);
    if (row === undefined) throw new Error(`No row for ${sha256}.`);
    const isComplete = readRange(this.data, row * this.rowBytes, target) === this.rowBytes;
    if (isComplete && checksumOf(Buffer.from(sha256, 'hex'), target) === this.checksums[row]) return true;
    this.rows.delete(sha256);
    return false;
  }

  /** Syncs the rows, then writes their keys. Throws AppError 'disk-full'; rows without a key are computed again after a restart. */
  flush(): void {
    if (this.pending.length === 0) return;
    const records = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    try {
      fdatasyncSync(this.data);
      writeAll(this.keys, records, endOfRecords(fstatSync(this.keys).size));
      fdatasyncSync(this.keys);
    } catch (error) {
      throw asAppError(error);
    }
  }

  /** Never throws: what can't be flushed is computed again. */
  close(): void {
    try {
      this.flush();
    } catch {
      // on a full disk
    } finally {
      closeSync(this.data);
      closeSync(this.keys);
    }
  }

  /** Reads the records of whole rows. */
  private load(bytes: Buffer): void {
    const rowCount = Math.floor(fstatSync(this.data).size / this.rowBytes);
    const end = endOfRecords(bytes.length);
    for (let at = HEADER.length; at < end; at += RECORD_BYTES) {
      const row = bytes.readUInt32LE(at + KEY_BYTES);
      if (row >= rowCount) continue;
      this.rows.set(bytes.toString('hex', at, at + KEY_BYTES), row);
      this.checksums[row] = bytes.readUInt32LE(at + KEY_BYTES + 4);
    }
  }
}

const openOrCreate = (path: string): number => openSync(path, existsSync(path) ? 'r+' : 'w+');

/** CRC-32 of the row, seeded with that of its key, so that the row of another image does not pass. 5 GB/s on one core. */
const checksumOf = (key: Uint8Array, row: Uint8Array): number => crc32(row, crc32(key));

function recordOf(key: Buffer, row: number, checksum: number): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  key.copy(record);
  record.writeUInt32LE(row, KEY_BYTES);
  record.writeUInt32LE(checksum, KEY_BYTES + 4);
  return record;
}

/** Position of the next record. Overwrites an incomplete one, left by a killed process or a full disk. */
const endOfRecords = (bytes: number): number => bytes - ((bytes - HEADER.length) % RECORD_BYTES);

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength;) done += writeSync(fd, bytes, done, bytes.byteLength - done, position + done);
}
