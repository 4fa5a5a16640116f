import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Arithmetic } from '../../../src/main/nn/optimizers/optimizer.ts';
import { VectorLoop } from '../../../src/main/nn/optimizers/vector-loop.ts';

/** float32 arithmetic in plain JavaScript, one number at a time: a double rounded after each operation is the float32 result. */
const SCALAR: Arithmetic<number> = {
  add: (a, b) => Math.fround(a + b),
  sub: (a, b) => Math.fround(a - b),
  mul: (a, b) => Math.fround(a * b),
  div: (a, b) => Math.fround(a / b),
  sqrt: (a) => Math.fround(Math.sqrt(a)),
  square: (a) => Math.fround(a * a),
  scale: (a, factor) => Math.fround(a * Math.fround(factor)),
  scalar: (value) => Math.fround(value),
};

/** A step of a random rule: an operation on earlier values, by index. */
type Step =
  | { op: 'add' | 'sub' | 'mul' | 'div'; a: number; b: number }
  | { op: 'sqrt' | 'square'; a: number }
  | { op: 'scale'; a: number; factor: number }
  | { op: 'scalar'; factor: number };

const ARRAYS = 3;
const SCALARS = 2;
const index = fc.nat(1000);
const factor = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'sub', 'mul', 'div'), a: index, b: index }),
  fc.record({ op: fc.constantFrom('sqrt', 'square'), a: index }),
  fc.record({ op: fc.constant('scale' as const), a: index, factor }),
  fc.record({ op: fc.constant('scalar' as const), factor }),
);

/** Applies the steps in any arithmetic; the results are the last value of each array's turn. */
function apply<T>(e: Arithmetic<T>, inputs: readonly T[], steps: readonly Step[]): T[] {
  const values = [...inputs];
  const at = (i: number): T => values[i % values.length]!;
  for (const s of steps) {
    if (s.op === 'scalar') values.push(e.scalar(s.factor));
    else if (s.op === 'scale') values.push(e.scale(at(s.a), s.factor));
    else if ('b' in s) values.push(e[s.op](at(s.a), at(s.b)));
    else values.push(e[s.op](at(s.a)));
  }
  return values.slice(-ARRAYS);
}

function loopOf(steps: readonly Step[]): VectorLoop {
  const loop = new VectorLoop(ARRAYS, SCALARS);
  const inputs = [...Array.from({ length: ARRAYS }, (_, i) => loop.load(i)), ...Array.from({ length: SCALARS }, (_, i) => loop.parameter(i))];
  apply(loop, inputs, steps).forEach((value, i) => {
    loop.store(i, value);
  });
  return loop;
}

describe('a loop in WebAssembly', () => {
  test('equals the same rule in JavaScript bit for bit, for random rules and lengths', () => {
    const values = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(values, { minLength: 27, maxLength: 27 }),
        fc.tuple(values, values),
        (steps, length, numbers, scalars) => {
          const memory = new WebAssembly.Memory({ initial: 1 });
          const padded = Math.ceil(length / 4) * 4;
          const arrays = Array.from({ length: ARRAYS }, (_, i) => new Float32Array(memory.buffer, 4 * i * padded, length));
          arrays.forEach((array, i) => {
            array.set(numbers.slice(i * 9, i * 9 + length));
          });
          const expected = Array.from({ length }, (_, k) => apply(SCALAR, [...arrays.map((array) => array[k]!), ...scalars.map(Math.fround)], steps));
          loopOf(steps).compile(memory)(arrays, scalars);
          arrays.forEach((array, i) => {
            array.forEach((value, k) => expect(Object.is(value, expected[k]![i]) || (value === 0 && expected[k]![i] === 0)).toBe(true));
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('is a valid module, also with more than 127 local variables, whose indices take two bytes', () => {
    const long = Array.from({ length: 200 }, (_, i): Step => ({ op: 'add', a: i, b: i + 1 }));
    for (const steps of [[], long]) expect(WebAssembly.validate(loopOf(steps).module())).toBe(true);
  });

  test('a broken module is not valid (the check above can fail)', () => {
    const module = loopOf([]).module();
    module[module.length - 1] = 0; // the end of the function
    expect(WebAssembly.validate(module)).toBe(false);
  });

  test('does not change arrays that it does not store', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const [a, b] = [new Float32Array(memory.buffer, 0, 4), new Float32Array(memory.buffer, 16, 4)];
    a.fill(2);
    b.fill(3);
    const loop = new VectorLoop(2, 0);
    loop.store(0, loop.mul(loop.load(0), loop.load(1)));
    loop.compile(memory)([a, b], []);
    expect([[...a], [...b]]).toEqual([
      [6, 6, 6, 6],
      [3, 3, 3, 3],
    ]);
  });
});
