import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNpy, writeNpy } from '../../src/main/foundation/npy.ts';

function numpyVersion(): string | null {
  try {
    return execFileSync('python3', ['-c', 'import numpy; print(numpy.__version__)'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  } catch {
    return null;
  }
}

describe('NPY', () => {
  it('writes the bytes of the format: a 2 x 3 map', () => {
    const bytes = writeNpy(Float32Array.of(0, 1, -2, 0.5, 1e-3, 3), 2, 3);
    const dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    const header = `\x93NUMPY\x01\x00\x76\x00${dict}${' '.repeat(118 - dict.length - 1)}\n`; // 10 + 118 = 128 = 2 * 64
    expect(bytes.subarray(0, 128).toString('latin1')).toBe(header);
    expect(bytes.length).toBe(128 + 6 * 4);
    // IEEE 754 single precision, little-endian: 1 = 3f800000, -2 = c0000000, 0.5 = 3f000000, 3 = 40400000.
    expect(bytes.subarray(128).toString('hex')).toBe('000000000000803f000000c00000003f6f12833a00004040');
  });

  it('aligns the data to 64 bytes, and reads back what it wrote', () => {
    const values = fc.float({ noNaN: true });
    const maps = fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
      .chain(([h, w]) => fc.record({ h: fc.constant(h), w: fc.constant(w), map: fc.array(values, { minLength: h * w, maxLength: h * w }) }));
    fc.assert(
      fc.property(maps, ({ h, w, map }) => {
        const bytes = writeNpy(Float32Array.from(map), h, w);
        expect((bytes.length - h * w * 4) % 64).toBe(0);
        expect(parseNpy(bytes)).toEqual({ values: Float32Array.from(map), height: h, width: w });
      }),
    );
  });

  it('refuses other formats', () => {
    const good = writeNpy(new Float32Array(6), 2, 3);
    const changed = (from: string, to: string): Buffer => Buffer.from(good.toString('latin1').replace(from, to), 'latin1');
    expect(() => parseNpy(Buffer.from('hello'))).toThrow(/does not start with/);
    expect(() => parseNpy(changed('<f4', '<f8'))).toThrow(/float32/);
    expect(() => parseNpy(changed('False', 'True '))).toThrow(/Fortran order/);
    expect(() => parseNpy(changed('(2, 3), }', '(6,), }  '))).toThrow(/two dimensions/);
    expect(() => parseNpy(good.subarray(0, good.length - 4))).toThrow(/length/);
    expect(() => writeNpy(new Float32Array(5), 2, 3)).toThrow(/2 × 3/);
  });

  const numpy = numpyVersion();
  it.skipIf(!numpy)('is read by numpy itself (skipped where python3 has no numpy)', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'npy-'));
    try {
      const file = path.join(folder, 'map.npy');
      writeFileSync(file, writeNpy(Float32Array.of(0.5, -1.25, 2, 3, 4, 5), 2, 3));
      const script = 'import sys, numpy; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape, a.tolist(), a.flags.c_contiguous)';
      const output = execFileSync('python3', ['-c', script, file]).toString().trim();
      expect(output).toBe('float32 (2, 3) [[0.5, -1.25, 2.0], [3.0, 4.0, 5.0]] True');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
