import { describe, expect, it } from 'vitest';
import { oneLine } from '../../../src/main/doors/cli/output.ts';

describe('a line for a terminal', () => {
  it('keeps the tabs between columns', () => {
    expect(oneLine('r1\tdone\tflowers')).toBe('r1\tdone\tflowers');
  });
  it('never holds a line break or a control sequence that a file name brought', () => {
    expect(oneLine('a\r\n  b')).toBe('a b');
    expect(oneLine('x\u001b[2Jy\u0007\u009bz')).toBe('x�[2Jy��z');
  });
});
