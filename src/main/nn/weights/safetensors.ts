import { closeSync, fstatSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { temporaryPath } from '../../foundation/files.ts';
import { sizeOf, type TensorMap } from '../ir/tensor.ts';
import { decodeFloats, DTYPE_BYTES, isFloatDtype, type Dtype } from './dtypes.ts';
import { bytesOf, readRange, type TensorSource } from './source.ts';

// The format (huggingface/safetensors README, "Format"): 8 bytes little-endian header length N, N bytes of JSON
// {name: {dtype, shape, data_offsets: [begin, end]}, __metadata__: {text: text}}, then the data, without gaps.
const MAX_HEADER = 100_000_000; // bytes; the reference implementation's limit
const CHUNK = 1 << 20; // bytes converted at a time

interface Entry {
  name: string;
  dtype: Dtype;
  shape: number[];
  begin: number; // bytes after the header
  end: number;
}
interface Header {
  entries: Map<string, Entry>;
  metadata: Record<string, string>;
}
export interface TensorProblem {
  name: string;
  problem: string;
}

const brokenFileError = (file: string, what: string, problems: TensorProblem[] = []): AppError =>
  new AppError('bad-weights', `${file} is broken: ${what}. Download or export it again.`, { file, problems });

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function parseEntry(name: string, raw: unknown): Entry | string {
  if (!isRecord(raw)) return 'its description is not an object';
  const { dtype, shape, data_offsets: offsets } = raw;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype)) return `unknown data type ${JSON.stringify(dtype)}`;
  if (!Array.isArray(shape) || !shape.every(isCount)) return `impossible shape ${JSON.stringify(shape)}`;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) return `impossible data offsets ${JSON.stringify(offsets)}`;
  const [begin, end] = offsets as [number, number];
  const bytes = sizeOf(shape) * DTYPE_BYTES[dtype as Dtype];
  if (end - begin !== bytes) return `${end - begin} bytes where its shape [${shape.join(', ')}] of ${dtype} needs ${bytes}`;
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

/** Overlaps, gaps and data beyond the end, in the order of the data. `dataBytes`: the file's bytes after the header. */
function offsetProblems(entries: Iterable<Entry>, dataBytes: number): TensorProblem[] {
  const problems: TensorProblem[] = [];
  let expected = 0;
  let previous = 'the header';
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin < expected) problems.push({ name: entry.name, problem: `overlaps ${previous} by ${expected - entry.begin} bytes` });
    else if (entry.begin > expected)
      problems.push({ name: entry.name, problem: `${entry.begin - expected} bytes after ${previous} belong to no tensor` });
    if (entry.end > dataBytes) {
      problems.push({ name: entry.name, problem: `ends ${entry.end - dataBytes} bytes after the end of the file` });
    }
    expected = Math.max(expected, entry.end);
    previous = entry.name;
  }
  if (expected < dataBytes) problems.push({ name: previous, problem: `${dataBytes - expected} bytes after it belong to no tensor` });
  return problems;
}

function parseHeader(file: string, text: string, dataBytes: number): Header {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw brokenFileError(file, 'its header is not JSON');
  }
  if (!isRecord(raw)) throw brokenFileError(file, 'its header is not a JSON object');
  const { __metadata__: metadata = {}, ...tensors } = raw;
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw brokenFileError(file, 'its metadata is not text');
  }
  const entries = new Map<string, Entry>();
  const problems: TensorProblem[] = [];
  for (const [name, description] of Object.entries(tensors)) {
    const entry = parseEntry(name, description);
    if (typeof entry === 'string') problems.push({ name, problem: entry });
    else entries.set(name, entry);
  }
  // Offsets are checked only if every entry is valid: a missing entry would look like a gap between its neighbours.
  if (!problems.length) problems.push(...offsetProblems(entries.values(), dataBytes));
  if (problems.length) {
    const cut = problems.filter(({ problem }) => problem.includes('after the end of the file'));
    const first = cut[0] ?? problems[0]!;
    const what = cut.length
      ? `it ends too early, ${cut.length} of ${entries.size} tensors are cut off or missing, e.g. ${first.name}`
      : `${first.name}: ${first.problem}`;
    throw brokenFileError(file, what, problems);
  }
  return { entries, metadata: metadata as Record<string, string> };
}

function readHeader(fd: number, file: string): { header: Header; dataStart: number } {
  const size = fstatSync(fd).size;
  const prefix = new Uint8Array(8);
  if (readRange(fd, 0, prefix) < 8) throw brokenFileError(file, `it has only ${size} bytes, too few for a safetensors header`);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER) || length < 2n) throw brokenFileError(file, 'it does not start with a safetensors header');
  const dataStart = 8 + Number(length);
  if (dataStart > size) throw brokenFileError(file, `it ends inside its header, after ${size} of at least ${dataStart} bytes`);
  const bytes = new Uint8Array(Number(length));
  readRange(fd, 8, bytes);
  if (bytes[0] !== 0x7b) throw brokenFileError(file, 'it does not start with a safetensors header');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw brokenFileError(file, 'its header is not UTF-8 text');
  }
  return { header: parseHeader(file, text, size - dataStart), dataStart };
}

function readEntry(fd: number, dataStart: number, file: string, entry: Entry): Float32Array {
  const { name, dtype } = entry;
  if (!isFloatDtype(dtype)) {
    throw brokenFileError(file, `${name} is stored as ${dtype}, but weights must be F32, F16, BF16 or F64`, [
      { name, problem: `stored as ${dtype}` },
    ]);
  }
  const tooShort = (): AppError => brokenFileError(file, `it became shorter while it was read (at ${name})`, [{ name, problem: 'cut off' }]);
  const data = new Float32Array(sizeOf(entry.shape));
  if (dtype === 'F32') {
    if (readRange(fd, dataStart + entry.begin, bytesOf(data)) < data.byteLength) throw tooShort();
    return data;
  }
  const chunk = new Uint8Array(Math.min(CHUNK, entry.end - entry.begin));
  for (let from = entry.begin; from < entry.end; from += CHUNK) {
    const part = chunk.subarray(0, Math.min(CHUNK, entry.end - from));
    if (readRange(fd, dataStart + from, part) < part.byteLength) throw tooShort();
    decodeFloats(dtype, part, data, (from - entry.begin) / DTYPE_BYTES[dtype]);
  }
  return data;
}

/**
 * Opens a safetensors file and checks its whole header: lengths, shapes, data types, and that the data ranges cover the
 * rest of the file without overlap or gap. `read` converts F32, F16, BF16 and F64 to float32. Throws AppError('bad-weights')
 * with details.problems [{name, problem}], AppError('not-found').
 */
export function openSafetensors(path: string): TensorSource {
  const file = basename(path);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw asAppError(error);
  }
  try {
    const { header, dataStart } = readHeader(fd, file);
    return {
      entries: new Map([...header.entries].map(([name, { shape }]) => [name, shape])),
      metadata: header.metadata,
      read: (name) => {
        const entry = header.entries.get(name);
        if (!entry) throw new AppError('internal', `${file} has no tensor ${name}.`);
        return readEntry(fd, dataStart, file, entry);
      },
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw asAppError(error);
  }
}

/** Every tensor of a file, as float32. Throws as openSafetensors. */
export function readSafetensors(path: string): { tensors: TensorMap; metadata: Record<string, string> } {
  const source = openSafetensors(path);
  try {
    const tensors: TensorMap = new Map();
    for (const [name, shape] of source.entries) tensors.set(name, { shape, data: source.read(name) });
    return { tensors, metadata: { ...source.metadata } };
  } finally {
    source.close();
  }
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function headerBytes(tensors: [string, { shape: readonly number[]; data: Float32Array }][], metadata: Record<string, string>): Uint8Array {
  const pairs: string[] = [];
  const texts = Object.entries(metadata).sort(([a], [b]) => byCodeUnit(a, b));
  // The object is assembled as text, because JSON.stringify moves keys that look like integers to the front.
  if (texts.length) pairs.push(`"__metadata__":{${texts.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`).join(',')}}`);
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === '__metadata__') throw new AppError('internal', 'A tensor cannot be called __metadata__.');
    if (sizeOf(shape) !== data.length)
      throw new AppError('internal', `${name} has ${data.length} values, which doesn't fit its shape [${shape.join(', ')}].`);
    const end = offset + data.byteLength;
    pairs.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: 'F32', shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const json = new TextEncoder().encode(`{${pairs.join(',')}}`);
  const padded = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20); // spaces, so that the data start at a multiple of 8 as the format requires
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  padded.set(json, 8);
  return padded;
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.byteLength;) done += writeSync(fd, bytes, done, bytes.byteLength - done);
}

/**
 * Writes F32 tensors sorted by name, so equal weights and metadata give equal bytes. Writes a temporary file with a random name in the same
 * folder and publishes it when it is complete. Throws AppError('disk-full' | 'workspace' | 'not-found').
 */
export function writeSafetensors(path: string, tensors: TensorMap, metadata: Record<string, string> = {}): void {
  const sorted = [...tensors].sort(([a], [b]) => byCodeUnit(a, b));
  const header = headerBytes(sorted, metadata);
  const temporary = temporaryPath(path);
  try {
    const fd = openSync(temporary, 'wx');
    try {
      writeAll(fd, header);
      for (const [, { data }] of sorted) writeAll(fd, bytesOf(data));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw asAppError(error);
  }
}
