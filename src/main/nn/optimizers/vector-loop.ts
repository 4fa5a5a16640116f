import type { Arithmetic } from './optimizer.ts';

/** The place of a vector of four numbers (float32) in a loop being written: a local variable of a WebAssembly function. */
export type Vector = number;

/** What a compiled loop takes: the numbers of its values, then those of its scalars; see `VectorLoop.compiled`. */
export type Loop = (arrays: readonly Float32Array[], scalars: readonly number[]) => void;

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const END = 0x0b;
/** Behind the prefix 0xfd: https://www.w3.org/TR/wasm-core-2/ (5.4.8, vector instructions). */
const SIMD = { load: 0x00, store: 0x0b, constant: 0x0c, splat: 0x13, sqrt: 0xe3, add: 0xe4, sub: 0xe5, mul: 0xe6, div: 0xe7 } as const;
const BYTES = 16; // of a vector

/**
 * Writes a loop over arrays of equal length that computes number by number, four at a time, as WebAssembly: some five times as quick as the
 * same in JavaScript, which computes one at a time and in double precision. Speaks the Emitter's language, so that a rule is written once.
 */
export class VectorLoop implements Arithmetic<Vector> {
  private readonly body: number[] = [];
  private readonly start: number[] = []; // before the loop
  private readonly arrays: number;
  private readonly scalars: number;
  private locals: number; // parameters, the loop's place, vectors

  /** So many arrays and scalars take part. */
  constructor(arrays: number, scalars: number) {
    this.arrays = arrays;
    this.scalars = scalars;
    this.locals = 1 + arrays + scalars + 1;
  }

  add = (a: Vector, b: Vector): Vector => this.operation(SIMD.add, a, b);
  sub = (a: Vector, b: Vector): Vector => this.operation(SIMD.sub, a, b);
  mul = (a: Vector, b: Vector): Vector => this.operation(SIMD.mul, a, b);
  div = (a: Vector, b: Vector): Vector => this.operation(SIMD.div, a, b);
  sqrt = (a: Vector): Vector => this.operation(SIMD.sqrt, a);
  square = (a: Vector): Vector => this.mul(a, a);
  scale = (a: Vector, factor: number): Vector => this.mul(a, this.scalar(factor));

  scalar(value: number): Vector {
    const bytes = [...new Uint8Array(Float32Array.of(value, value, value, value).buffer)];
    return this.kept(this.start, [...simd(SIMD.constant), ...bytes]);
  }

  /** The scalar of this index, as each number of a vector. */
  given(index: number): Vector {
    return this.kept(this.start, [LOCAL_GET, ...leb(1 + this.arrays + index), ...simd(SIMD.splat)]);
  }

  /** The next four numbers of an array. */
  load(array: number): Vector {
    return this.kept(this.body, [...this.address(array), ...simd(SIMD.load), 2, 0]); // aligned to 2^2 bytes, no offset
  }

  /** Overwrites the next four numbers of an array. */
  store(array: number, value: Vector): void {
    this.body.push(...this.address(array), LOCAL_GET, ...leb(value), ...simd(SIMD.store), 2, 0);
  }

  /**
   * The loop, over arrays that lie in this memory. Vectors are whole: where an array's length is no multiple of four, the numbers up
   * to the next one must be its own too.
   */
  compiled(memory: WebAssembly.Memory): Loop {
    const { run } = new WebAssembly.Instance(new WebAssembly.Module(this.module()), { host: { memory } }).exports as {
      run: (bytes: number, ...rest: number[]) => void;
    };
    return (arrays, scalars) => {
      run(arrays[0]!.byteLength, ...arrays.map((a) => a.byteOffset), ...scalars);
    };
  }

  private operation(code: number, ...operands: Vector[]): Vector {
    return this.kept(this.body, [...operands.flatMap((v) => [LOCAL_GET, ...leb(v)]), ...simd(code)]);
  }

  private kept(into: number[], code: readonly number[]): Vector {
    into.push(...code, LOCAL_SET, ...leb(this.locals));
    return this.locals++;
  }

  private address(array: number): number[] {
    return [LOCAL_GET, ...leb(1 + array), LOCAL_GET, ...leb(this.place), 0x6a]; // i32.add
  }

  /** The local variable that counts the bytes that are done. */
  private get place(): number {
    return 1 + this.arrays + this.scalars;
  }

  private module(): Uint8Array<ArrayBuffer> {
    const place = leb(this.place);
    const again = [LOCAL_GET, ...place, 0x41, BYTES, 0x6a, 0x22, ...place, LOCAL_GET, 0, 0x49, 0x0d, 0]; // place += 16; again while place < bytes
    const code = [...this.start, 0x03, 0x40, ...this.body, ...again, END, END]; // loop … end
    const locals = [2, 1, I32, ...leb(this.locals - this.place - 1), V128];
    const types = [1, 0x60, ...list([...Array<number>(1 + this.arrays).fill(I32), ...Array<number>(this.scalars).fill(F32)]), 0];
    const name = (text: string): number[] => list([...new TextEncoder().encode(text)]);
    const section = (id: number, content: readonly number[]): number[] => [id, ...list(content)];
    return Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, types),
      ...section(2, [1, ...name('host'), ...name('memory'), 2, 0, 0]), // at least 0 pages
      ...section(3, [1, 0]),
      ...section(7, [1, ...name('run'), 0, 0]),
      ...section(10, [1, ...list([...locals, ...code])]),
    ]);
  }
}

const simd = (code: number): number[] => [0xfd, ...leb(code)];

/** Behind its length in bytes. */
const list = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes];

/** An unsigned number in WebAssembly's variable length. */
function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
