import { describe, expect, it } from 'vitest';
import { jsonLine, oneLine, percent } from '../../../src/main/doors/cli/output.ts';

describe('a line for a terminal', () => {
  it('keeps the tabs between columns', () => {
    expect(oneLine('r1\tdone\tflowers')).toBe('r1\tdone\tflowers');
  });
  it('never contains a line break or control sequence of a file name', () => {
    expect(oneLine('a\r\n  b')).toBe('a b');
    expect(oneLine('a\u2028b\u202ecod.exe')).toBe('a b�cod.exe');
    expect(oneLine('x\u001b[2Jy\u0007\u009bz')).toBe('x�[2Jy��z');
  });
});

it('JSON on a terminal has no control characters either, and is the same document', () => {
  const document = { reason: 'x\u001b[31m\u009b31m\u007f' };
  expect(jsonLine(document)).toMatch(/^[ -~]*$/);
  expect(JSON.parse(jsonLine(document))).toEqual(document);
});

it('never rounds a share to certainty', () => {
  expect([0.9996, 0.0004, 1, 0.93, 0.955].map(percent)).toEqual(['> 99.9 %', '< 0.1 %', '100 %', '93.0 %', '95.5 %']);
});
