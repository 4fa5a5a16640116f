import { AppError } from '../../shared/errors.ts';

/** NPY format 1.0: magic, version, little-endian header length, a Python dict padded with blanks to a multiple of 64, data. */
const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
const PREFIX = MAGIC.length + 2; // bytes: magic, version, header length (uint16)

/** Encodes `values` [height, width], row-major, as a .npy file. Throws AppError 'internal' if the shape doesn't fit. */
export function writeNpy(values: Float32Array, height: number, width: number): Buffer {
  if (values.length !== height * width) throw new AppError('internal', `A map of ${values.length} values is not ${height} × ${width}.`);
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${height}, ${width}), }`;
  const total = Math.ceil((PREFIX + dict.length + 1) / 64) * 64;
  const out = Buffer.alloc(total + values.length * 4, ' ');
  MAGIC.copy(out, 0);
  out.writeUInt16LE(total - PREFIX, MAGIC.length);
  out.write(dict, PREFIX, 'latin1');
  out[total - 1] = 0x0a;
  for (let i = 0; i < values.length; i++) out.writeFloatLE(values[i]!, total + i * 4);
  return out;
}

/** Decodes a .npy file of version 1.0 with float32 [height, width]. Throws AppError 'bad-request' for anything else. */
export function parseNpy(bytes: Uint8Array): { values: Float32Array; height: number; width: number } {
  const refuse = (why: string): AppError => new AppError('bad-request', `Not a float32 NPY map: ${why}.`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < PREFIX || !buffer.subarray(0, MAGIC.length).equals(MAGIC)) throw refuse('the file does not start with an NPY 1.0 header');
  const start = PREFIX + buffer.readUInt16LE(MAGIC.length);
  const dict = buffer.toString('latin1', PREFIX, start);
  if (!/'descr'\s*:\s*'<f4'/.test(dict)) throw refuse('its numbers are not little-endian float32');
  if (!/'fortran_order'\s*:\s*False/.test(dict)) throw refuse('its values are in Fortran order');
  const shape = /'shape'\s*:\s*\(\s*(\d+)\s*,\s*(\d+)\s*,?\s*\)/.exec(dict);
  if (!shape) throw refuse('it does not have two dimensions');
  const [height, width] = [Number(shape[1]), Number(shape[2])];
  if (buffer.length !== start + height * width * 4) throw refuse('its length does not fit its shape');
  const values = Float32Array.from({ length: height * width }, (_, i) => buffer.readFloatLE(start + i * 4));
  return { values, height, width };
}
