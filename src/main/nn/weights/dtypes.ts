/** Bytes per element of every safetensors data type. All are listed, because the offsets of every tensor are checked. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
} as const;
export type Dtype = keyof typeof DTYPE_BYTES;

const FLOATS = ['F32', 'F16', 'BF16', 'F64'] as const;
export type FloatDtype = (typeof FLOATS)[number];
export const isFloatDtype = (dtype: string): dtype is FloatDtype => (FLOATS as readonly string[]).includes(dtype);

/** IEEE 754 binary16, given as its 16 bits: 1 sign, 5 exponent (bias 15), 10 fraction. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new Uint32Array(1);
const wordAsFloat = new Float32Array(word.buffer);

/** bfloat16 is the upper half of a float32. */
export function bfloat16ToNumber(bits: number): number {
  word[0] = bits << 16;
  return wordAsFloat[0]!;
}

/** Little-endian elements in `bytes` -> float32 in `out` from index `at`; F64 is rounded to the nearest float32. */
export function decodeFloats(dtype: FloatDtype, bytes: Uint8Array, out: Float32Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / DTYPE_BYTES[dtype];
  switch (dtype) {
    case 'F32':
      for (let i = 0; i < count; i++) out[at + i] = view.getFloat32(4 * i, true);
      return;
    case 'F16':
      for (let i = 0; i < count; i++) out[at + i] = halfToNumber(view.getUint16(2 * i, true));
      return;
    case 'BF16':
      for (let i = 0; i < count; i++) out[at + i] = bfloat16ToNumber(view.getUint16(2 * i, true));
      return;
    case 'F64':
      for (let i = 0; i < count; i++) out[at + i] = view.getFloat64(8 * i, true);
      return;
    default:
      dtype satisfies never;
  }
}
