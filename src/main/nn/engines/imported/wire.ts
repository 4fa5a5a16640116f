import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from '../../../../shared/errors.ts';

/**
 * Protocol-buffer wire format, as far as an ONNX file needs it: https://protobuf.dev/programming-guides/encoding/. A file may have
 * gigabytes of weights, so they are skipped by their length and never read.
 */

/** A message type: the fields that are messages, those whose content is skipped if it is long, and those that are always skipped. */
export interface MessageType {
  messages: Readonly<Record<number, () => MessageType>>;
  data?: readonly number[];
  skipped?: readonly number[];
}

/** A field in the file: its bytes are [start, end), its content begins at `content`. */
export interface FieldRange {
  field: number;
  start: number;
  content: number;
  end: number;
}

export interface CopyOptions {
  longest: number; // bytes of a data field that is copied
  /** Called for each message field, before its content is copied. `path`: fields from the root to this one. */
  onMessage?: (path: readonly number[], range: FieldRange) => void;
}

const WINDOW = 1 << 16; // bytes read at once
const MAX_COPY = 1 << 27; // 134 MB: all that is copied of a file
const MAX_DEPTH = 40; // messages inside each other

/** `why`: in terms of the file format, for the technical details. */
export const damaged = (why: string): AppError =>
  new AppError('bad-weights', 'It is damaged or not an ONNX file. Download or export it again.', { reason: why });

/** A file, read by position. */
export class FileBytes {
  readonly size: number;
  private readonly fd: number;
  private window: Uint8Array = new Uint8Array(0);
  private windowStart = 0;

  constructor(path: string) {
    this.fd = openSync(path, 'r');
    this.size = fstatSync(this.fd).size;
  }

  /** A copy of [start, end). */
  slice(start: number, end: number): Uint8Array {
    const out = new Uint8Array(end - start);
    for (let done = 0; done < out.length;) {
      const read = readSync(this.fd, out, done, out.length - done, start + done);
      if (read === 0) throw damaged('it ends too early');
      done += read;
    }
    return out;
  }

  /** An unsigned varint of at most 64 bits before `end`: its value, exact below 2^53, and the position after it. */
  varint(at: number, end: number): [value: number, next: number] {
    let value = 0;
    for (let i = 0, factor = 1; i < 10; i++, factor *= 128) {
      if (at + i >= end) throw damaged('a number ends too early');
      const byte = this.byte(at + i);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return [value, at + i + 1];
    }
    throw damaged('a number has more than 64 bits');
  }

  close(): void {
    closeSync(this.fd);
  }

  private byte(at: number): number {
    const inWindow = at - this.windowStart;
    if (inWindow >= 0 && inWindow < this.window.length) return this.window[inWindow]!;
    this.window = this.slice(at, Math.min(at + WINDOW, this.size));
    this.windowStart = at;
    return this.window[0]!;
  }
}

/** The fields in [from, to) of a message. Throws AppError 'bad-weights' where they don't fit into it. */
export function* fieldsIn(file: FileBytes, from: number, to: number): Generator<FieldRange & { wire: number }> {
  for (let start = from; start < to;) {
    const [tag, afterTag] = file.varint(start, to);
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field === 0) throw damaged('a field has no number');
    let content = afterTag;
    let end: number;
    if (wire === 0) end = file.varint(afterTag, to)[1];
    else if (wire === 1) end = afterTag + 8;
    else if (wire === 5) end = afterTag + 4;
    else if (wire === 2) {
      const [length, next] = file.varint(afterTag, to);
      content = next;
      end = next + length;
    } else throw damaged(`a field has the unknown kind ${wire}`);
    if (end > to) throw damaged('a part is longer than the file');
    yield { field, wire, start, content, end };
    start = end;
  }
}

/** The message in [0, size) of a file without its long data, as bytes. Throws AppError 'bad-weights' for a damaged or too large one. */
export function copyWithoutData(file: FileBytes, type: MessageType, options: CopyOptions): Uint8Array {
  let copied = 0;
  const copy = (of: MessageType, from: number, to: number, path: readonly number[]): Uint8Array[] => {
    if (path.length > MAX_DEPTH) throw damaged(`its parts are nested more than ${MAX_DEPTH} deep`);
    const parts: Uint8Array[] = [];
    for (const { wire, ...range } of fieldsIn(file, from, to)) {
      const { field, start, content, end } = range;
      if (of.skipped?.includes(field)) continue;
      const inner = wire === 2 ? of.messages[field]?.() : undefined;
      if (inner) {
        options.onMessage?.([...path, field], range);
        const children = copy(inner, content, end, [...path, field]);
        const length = children.reduce((sum, { length: n }) => sum + n, 0);
        parts.push(varintBytes(8 * field + 2), varintBytes(length), ...children);
      } else if (end - content <= options.longest || !of.data?.includes(field)) {
        if ((copied += end - start) > MAX_COPY) throw damaged('its graph, without the weights, has more than 134 MB');
        parts.push(file.slice(start, end));
      }
    }
    return parts;
  };
  return Buffer.concat(copy(type, 0, file.size, []));
}

/** A non-negative whole number below 2^53 as a varint. */
export function varintBytes(value: number): Uint8Array {
  const out: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) + 128);
  return Uint8Array.from([...out, value]);
}
