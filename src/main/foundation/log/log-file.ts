import { appendFileSync, closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { makeFolders } from '../files.ts';

/** One stream per process. Processes share a stream only if several commands run at once. */
export const LOG_NAMES = ['desktop', 'serve', 'cli', 'compute', 'pictures', 'import', 'checks'] as const;
export type LogName = (typeof LOG_NAMES)[number];

/** Limit of all logs of a workspace: seven streams with the current and the previous file each. */
export const MAX_TOTAL = 20_000_000; // bytes
const MAX_FILE = '1300K'; // 1,331,200 bytes; fourteen files, each with one longest line, are 19.5 MB
export const MAX_LINE = 64_000; // characters
const RETRY_MS = 60_000; // after a failed write (full disk), before the next attempt
const CLOSE_MS = 1000; // longest wait for the disk at the end of the program

export const logFileIn = (folder: string, name: LogName): string => join(folder, `${name}.log`);

/** A log file that rotates. If it can't be written, lines are lost but the program continues. */
export class LogFile {
  readonly path: string;
  private readonly folder: string;
  private readonly name: LogName;
  private stream: RotatingFileStream | null = null;
  private failedMs = -Infinity;

  constructor(folder: string, name: LogName) {
    this.folder = folder;
    this.name = name;
    this.path = logFileIn(folder, name);
    this.open();
  }

  /** Whether the file can be written. */
  get isWritable(): boolean {
    return this.stream !== null;
  }

  write(line: string): void {
    if (!this.stream && performance.now() - this.failedMs > RETRY_MS) this.open();
    this.stream?.write(line);
  }

  /** Writes synchronously: for the last line before the process ends. */
  writeSync(line: string): void {
    try {
      appendFileSync(this.path, line);
    } catch {
      this.failed();
    }
  }

  /** Resolves when everything is written, when writing has failed, or after `limit` ms. */
  async close(limit = CLOSE_MS): Promise<void> {
    const { stream } = this;
    this.stream = null;
    if (!stream) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, limit);
      stream.once('close', () => {
        clearTimeout(timer);
        done();
      });
      stream.end();
    });
  }

  private open(): void {
    try {
      makeFolders(this.folder);
      closeSync(openSync(this.path, 'a')); // fails immediately; the stream would fail later
      deleteExcess(this.folder);
      const stream = createStream((index) => (index ? `${this.name}.${String(index)}.log` : `${this.name}.log`), {
        path: this.folder,
        size: MAX_FILE,
        rotate: 1,
      });
      stream.on('error', () => this.failed());
      this.stream = stream;
    } catch {
      this.failed();
    }
  }

  private failed(): void {
    this.stream = null;
    this.failedMs = performance.now();
  }
}

/** Logs of a folder, oldest first. */
export function logFiles(folder: string): { name: string; path: string; bytes: number; changedMs: number }[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .map((name) => {
        const path = join(folder, name);
        const { size, mtimeMs } = statSync(path);
        return { name, path, bytes: size, changedMs: mtimeMs };
      })
      .sort((a, b) => a.changedMs - b.changedMs);
  } catch {
    return []; // no folder yet, or another process rotated a file meanwhile
  }
}

/** Deletes the oldest rotated files above the limit, which shared streams or older versions can exceed. */
function deleteExcess(folder: string): void {
  const files = logFiles(folder);
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { name, path, bytes } of files) {
    if (total <= MAX_TOTAL) return;
    if (!/\.\d+\.log$/.test(name)) continue;
    rmSync(path, { force: true });
    total -= bytes;
  }
}
