import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, asAppError } from '../../../shared/errors.ts';

const KEY_BYTES = 32;

/**
 * A cache on disk of rows of equal length (features, decoded pixels), keyed by the SHA-256 of the image's bytes. Rows are only
 * appended, data before key, so an unfinished row of a killed process is truncated on opening and never read. `name` must
 * contain everything else that the rows depend on.
 */
export class RowStore {
  private readonly data: number;
  private readonly keys: number;
  private readonly rows = new Map<string, number>();
  readonly rowBytes: number;

  constructor(folder: string, name: string, rowBytes: number) {
    mkdirSync(folder, { recursive: true });
    this.rowBytes = rowBytes;
    const dataPath = join(folder, `${name}.rows`);
    const keysPath = join(folder, `${name}.keys`);
    this.data = openSync(dataPath, existsSync(dataPath) ? 'r+' : 'w+');
    this.keys = openSync(keysPath, existsSync(keysPath) ? 'r+' : 'w+');
    const rowCount = Math.min(Math.floor(fstatSync(this.data).size / rowBytes), Math.floor(fstatSync(this.keys).size / KEY_BYTES));
    ftruncateSync(this.data, rowCount * rowBytes);
    ftruncateSync(this.keys, rowCount * KEY_BYTES);
    const keys = readFileSync(keysPath);
    for (let i = 0; i < rowCount; i++) this.rows.set(keys.toString('hex', i * KEY_BYTES, (i + 1) * KEY_BYTES), i);
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
    const first = fstatSync(this.keys).size / KEY_BYTES;
    try {
      writeAll(this.data, rows, first * this.rowBytes);
      writeAll(this.keys, Buffer.from(sha256s.join(''), 'hex'), first * KEY_BYTES);
    } catch (error) {
      ftruncateSync(this.keys, first * KEY_BYTES);
      ftruncateSync(this.data, first * this.rowBytes);
      throw asAppError(error);
    }
    sha256s.forEach((key, i) => this.rows.set(key, first + i));
  }

  /** Copies a row into `target`, which must have `rowBytes` bytes. */
  read(sha256: string, target: Uint8Array): void {
    const row = this.rows.get(sha256);
    if (row === undefined) throw new Error(`No row for ${sha256}.`);
    let done = 0;
    while (done < this.rowBytes) {
      const n = readSync(this.data, target, done, this.rowBytes - done, row * this.rowBytes + done);
      if (n === 0) throw new AppError('workspace', 'A cache in the workspace was changed while it was in use. Restart Twinlens.');
      done += n;
    }
  }

  flush(): void {
    fsyncSync(this.data);
    fsyncSync(this.keys);
  }

  close(): void {
    closeSync(this.data);
    closeSync(this.keys);
  }
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength;) done += writeSync(fd, bytes, done, bytes.byteLength - done, position + done);
}
