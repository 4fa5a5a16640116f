import { describe, expect, onTestFinished, test } from 'vitest';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';
import { lower } from '../../../src/main/nn/engines/onnx-lower.ts';
import { onnxGraph } from '../../../src/main/nn/engines/onnx-model.ts';
import type { MaxPoolAttrs } from '../../../src/main/nn/ir/attributes.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { type PrimitiveName, PRIMITIVES } from '../../../src/main/nn/ir/primitives/index.ts';
import type { Program } from '../../../src/main/nn/ir/program.ts';
import { sizeOf } from '../../../src/main/nn/ir/tensor.ts';
import type { Value } from '../../../src/main/nn/ir/value.ts';
import { hashed, relativeError } from '../reference.ts';
import { type Build, checkGradient, type Options } from './finite-differences.ts';

/** A function that contains the primitive, and the shapes of its inputs. */
interface Case {
  shapes: readonly (readonly number[])[];
  build: Build;
  options?: Options;
}

const MAP = [2, 3, 4, 2];
const VECTOR = [4, 2]; // broadcast over MAP
const POOL: MaxPoolAttrs = { kernel: 3, stride: 2, pad: 1 };
const STRIDED = { stride: 2, pads: [1, 1, 1, 1], groups: 1 } as const;

const above = (least: number) => (u: number) => least + Math.abs(u);
/** Keeps values a step away from kinks, where a difference quotient is valid. */
const offZero = (u: number): number => Math.sign(u) * (0.1 + Math.abs(u));
/** Numbers that differ by more than a step, in another order for each input. */
const apart = (_u: number, input: number, index: number): number => (((index * 7 + input * 3) % 11) - 5) / 4 + input * 0.1;
/** A condition has no gradient; the selected value has. */
const choosing =
  (condition: (b: ProgramBuilder, a: Value, c: Value) => Value): Build =>
  (b, [a, c, x]) =>
    b.mul(x!, b.toFloat(condition(b, a!, c!)));
const CHOICE = { shapes: [MAP, VECTOR, MAP], options: { constant: [0, 1], values: apart } } as const;

/** TF.js differentiates none of its own gradients of convolutions and pools. */
const SECOND_ORDER = { noTensorflowGradient: true };

const CASES: Readonly<Record<PrimitiveName, readonly Case[]>> = {
  add: [
    { shapes: [MAP, MAP], build: (b, [x, y]) => b.add(x!, y!) },
    { shapes: [MAP, VECTOR], build: (b, [x, y]) => b.add(x!, y!) },
  ],
  sub: [{ shapes: [VECTOR, MAP], build: (b, [x, y]) => b.sub(x!, y!) }],
  mul: [
    { shapes: [MAP, [2, 1, 4, 1]], build: (b, [x, y]) => b.mul(x!, y!) },
    { shapes: [MAP, []], build: (b, [x, y]) => b.mul(x!, y!) },
    { shapes: [MAP], build: (b, [x]) => b.square(x!) },
  ],
  div: [{ shapes: [MAP, VECTOR], build: (b, [x, y]) => b.div(x!, y!), options: { values: (u, input) => (input ? above(1)(u) : u) } }],
  minimum: [{ shapes: [MAP, VECTOR], build: (b, [x, y]) => b.minimum(x!, y!), options: { values: apart } }],
  maximum: [{ shapes: [VECTOR, MAP], build: (b, [x, y]) => b.maximum(x!, y!), options: { values: apart } }],
  sqrt: [{ shapes: [MAP], build: (b, [x]) => b.sqrt(x!), options: { values: above(0.5) } }],
  exp: [{ shapes: [MAP], build: (b, [x]) => b.exp(x!) }],
  log: [{ shapes: [MAP], build: (b, [x]) => b.log(x!), options: { values: above(0.5) } }],
  erf: [{ shapes: [MAP], build: (b, [x]) => b.erf(x!) }],
  sigmoid: [{ shapes: [MAP], build: (b, [x]) => b.sigmoid(b.scale(x!, 3)) }],
  gelu: [{ shapes: [MAP], build: (b, [x]) => b.gelu(x!), options: { values: (u) => 3 * u } }],
  softmax: [
    { shapes: [[3, 5]], build: (b, [x]) => b.softmax(x!, 1), options: { values: (u) => 2 * u } },
    { shapes: [[2, 4, 3]], build: (b, [x]) => b.softmax(x!, 1), options: { values: (u) => 2 * u } },
  ],
  layerNorm: [{ shapes: [[2, 3, 8], [8], [8]], build: (b, [x, gamma, beta]) => b.layerNorm(x!, gamma!, beta!, 1e-6) }],
  attention: [
    {
      shapes: [
        [2, 3, 8],
        [2, 5, 8],
        [2, 5, 8],
      ],
      build: (b, [q, k, v]) => b.attention(q!, k!, v!, 2),
      options: { values: (u) => 2 * u },
    },
  ],
  clamp: [
    { shapes: [MAP], build: (b, [x]) => b.clamp(x!, { min: 0, max: Infinity }), options: { values: offZero } },
    { shapes: [MAP], build: (b, [x]) => b.clamp(x!, { min: -0.5, max: 0.5 }), options: { values: (u) => Math.round(u * 4) / 4 + 0.1 } },
    { shapes: [MAP], build: (b, [x]) => b.clamp(x!, { min: 0.05, max: Infinity }), options: { values: offZero } },
  ],
  clampGradient: [
    { shapes: [MAP, MAP], build: (b, [g, y]) => b.clampGradient(g!, y!, { min: 0, max: Infinity }), options: { constant: [1] } },
    { shapes: [MAP, MAP], build: (b, [g, y]) => b.clampGradient(g!, y!, { min: -0.5, max: 0.5 }), options: { constant: [1] } },
  ],
  isPositive: [{ shapes: [MAP, MAP], build: (b, [x, y]) => b.mul(x!, b.isPositive(y!)), options: { constant: [1] } }],
  greater: [{ ...CHOICE, build: choosing((b, a, c) => b.greater(a, c)) }],
  less: [{ ...CHOICE, build: choosing((b, a, c) => b.less(a, c)) }],
  and: [{ ...CHOICE, build: choosing((b, a, c) => b.and(b.less(a, c), b.greater(a, b.scalar(-0.6)))) }],
  toFloat: [{ ...CHOICE, build: choosing((b, a, c) => b.greater(a, c)) }],
  select: [
    {
      shapes: [MAP, MAP, VECTOR],
      build: (b, [a, x, y]) => b.select(b.greater(a!, b.scalar(0)), x!, y!),
      options: { constant: [0], values: offZero },
    },
  ],
  sum: [
    { shapes: [MAP], build: (b, [x]) => b.sum(x!, [0, 2, 3]) },
    { shapes: [MAP], build: (b, [x]) => b.sum(x!, [1], true) },
    { shapes: [MAP], build: (b, [x]) => b.sum(x!, [0, 1, 2, 3]) },
  ],
  mean: [
    { shapes: [MAP], build: (b, [x]) => b.mean(x!, [2, 3]) },
    { shapes: [MAP], build: (b, [x]) => b.mean(x!, [0, 2], true) },
  ],
  max: [
    { shapes: [MAP], build: (b, [x]) => b.max(x!, [1]), options: { values: apart } },
    { shapes: [MAP], build: (b, [x]) => b.max(x!, [2, 3], true), options: { values: (_u, _i, index) => ((index * 5) % 24) / 8 } },
  ],
  reshape: [{ shapes: [MAP], build: (b, [x]) => b.reshape(x!, [6, 8]) }],
  broadcast: [{ shapes: [[3, 1, 2]], build: (b, [x]) => b.broadcast(x!, [2, 3, 4, 2]) }],
  transpose: [{ shapes: [MAP], build: (b, [x]) => b.transpose(x!, [3, 1, 0, 2]) }],
  reverse: [{ shapes: [MAP], build: (b, [x]) => b.reverse(x!, [1, 2]) }],
  slice: [
    { shapes: [MAP], build: (b, [x]) => b.slice(x!, [1, 2], [1, 0], [3, 3]) },
    { shapes: [[2, 7, 5]], build: (b, [x]) => b.slice(x!, [1, 2], [1, 0], [7, 5], [3, 2]) },
  ],
  concat: [
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      build: (b, parts) => b.concat(parts, 1),
    },
  ],
  pad: [
    { shapes: [[2, 3]], build: (b, [x]) => b.pad(x!, [0, 2], [1, 1]) },
    { shapes: [[2, 3]], build: (b, [x]) => b.pad(x!, [1, 0], [0, 1], -2) },
  ],
  gather: [{ shapes: [[3, 5]], build: (b, [x]) => b.gather(x!, [4, 0, 4, 2], 1) }],
  matmul: [
    {
      shapes: [
        [3, 4],
        [4, 2],
      ],
      build: (b, [x, y]) => b.matmul(x!, y!),
    },
    { shapes: [[3, 4], [2, 4], [2]], build: (b, [x, y, bias]) => b.matmul(x!, y!, { transposeB: true }, bias!) },
    {
      shapes: [
        [4, 3],
        [2, 4],
      ],
      build: (b, [x, y]) => b.matmul(x!, y!, { transposeA: true, transposeB: true }),
    },
    {
      shapes: [
        [2, 3, 5, 4],
        [3, 4, 2],
      ],
      build: (b, [x, y]) => b.matmul(x!, y!),
    },
    {
      shapes: [
        [2, 4, 3],
        [1, 4, 2],
      ],
      build: (b, [x, y]) => b.matmul(x!, y!, { transposeA: true }),
    },
    {
      shapes: [
        [2, 4, 3],
        [2, 5, 3],
      ],
      build: (b, [x, y]) => b.matmul(x!, y!, { transposeB: true }),
    },
  ],
  // convolutions.test.ts has more, of the sizes that are lowered differently.
  conv: [{ shapes: [[2, 3, 5, 4], [4, 3, 3, 3], [4]], build: (b, [x, w, bias]) => b.conv(x!, w!, { ...STRIDED, stride: 1 }, bias!) }],
  convInputGradient: [
    {
      shapes: [
        [2, 4, 3, 2],
        [4, 3, 3, 3],
      ],
      build: (b, [g, w]) => b.convInputGradient(g!, w!, STRIDED, [5, 4]),
      options: SECOND_ORDER,
    },
    {
      shapes: [
        [2, 4, 3, 2],
        [4, 1, 3, 3],
      ],
      build: (b, [g, w]) => b.convInputGradient(g!, w!, { ...STRIDED, groups: 4 }, [5, 4]),
      options: SECOND_ORDER,
    },
    {
      shapes: [
        [2, 16, 3, 2],
        [16, 16, 3, 3],
      ],
      build: (b, [g, w]) => b.convInputGradient(g!, w!, { ...STRIDED, stride: 1 }, [3, 2]),
      options: SECOND_ORDER,
    },
  ],
  convKernelGradient: [
    {
      shapes: [
        [2, 5, 5, 4],
        [2, 4, 3, 2],
      ],
      build: (b, [x, g]) => b.convKernelGradient(x!, g!, STRIDED, [3, 3]),
      options: SECOND_ORDER,
    },
    {
      shapes: [
        [2, 4, 5, 4],
        [2, 4, 3, 2],
      ],
      build: (b, [x, g]) => b.convKernelGradient(x!, g!, { ...STRIDED, groups: 4 }, [3, 3]),
      options: SECOND_ORDER,
    },
  ],
  maxPool: [
    { shapes: [[2, 3, 7, 6]], build: (b, [x]) => b.maxPool(x!, POOL), options: { step: 1e-3 } },
    { shapes: [[1, 2, 7, 5]], build: (b, [x]) => b.maxPool(x!, { kernel: 2, stride: 3, pad: 0 }), options: { step: 1e-3 } },
  ],
  maxPoolGradient: [
    {
      shapes: [
        [2, 3, 4, 3],
        [2, 3, 7, 6],
      ],
      build: (b, [g, x]) => b.maxPoolGradient(g!, x!, b.maxPool(x!, POOL), POOL),
      options: { constant: [1], ...SECOND_ORDER },
    },
  ],
};

describe('every primitive', () => {
  test.each(Object.keys(PRIMITIVES) as PrimitiveName[])('%s has cases below that use it, and is listed under its name', (name) => {
    expect(PRIMITIVES[name].name).toBe(name);
    expect(CASES[name].length).toBeGreaterThan(0);
    for (const { shapes, build } of CASES[name]) {
      const b = new ProgramBuilder();
      build(
        b,
        shapes.map((shape, i) => b.input(`x${i}`, shape)),
      );
      expect(b.instructions.map((i) => i.operation.name)).toContain(name);
    }
  });
});

describe('gradients against finite differences', () => {
  for (const [name, cases] of Object.entries(CASES)) for (const { shapes, build, options } of cases) checkGradient(name, shapes, build, options);
});

test.each(['gelu', 'attention'] as const)('%s in a file is made of ONNX’s own operators and has the same values', async (name) => {
  const { shapes, build, options } = CASES[name][0]!;
  const b = new ProgramBuilder();
  const inputs = shapes.map((shape, i) => b.input(`x${i}`, shape));
  b.output('y', build(b, inputs));
  const [onDevice, inFile] = (['cpu', 'file'] as const).map((device) => lower(b, { device })) as [Program, Program];
  expect(onnxGraph(onDevice).nodes.some(({ domain }) => domain !== '')).toBe(true);
  expect(onnxGraph(inFile).nodes.filter(({ domain }) => domain !== '')).toEqual([]);
  const values = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, Float32Array.from(hashed(`${i}`, sizeOf(shape)), (u) => options!.values!(u, i, 0))]),
  );
  const [expected, found] = await Promise.all(
    [onDevice, inFile].map(async (program) => {
      const executable = await compileProgram(program, 'cpu');
      onTestFinished(() => executable.dispose());
      return (await executable.run(values))['y']!;
    }),
  );
  expect(relativeError(found!, expected!)).toBeLessThan(1e-5);
});

describe('shape rules refuse, with the shapes,', () => {
  const values = (b: ProgramBuilder, ...shapes: number[][]): Value[] => shapes.map((shape, i) => b.input(`x${i}`, shape));
  test.each<[string, number[][], Build, string]>([
    ['operands that do not broadcast', [[2, 3], [2]], (b, [x, y]) => b.add(x!, y!), 'Shapes [2,3] and [2] do not broadcast.'],
    [
      'a kernel for other channels',
      [
        [1, 3, 8, 8],
        [4, 5, 3, 3],
      ],
      (b, [x, w]) => b.conv(x!, w!, STRIDED),
      'A kernel must be [4,3,3,3], not [4,5,3,3].',
    ],
    [
      'an image smaller than the kernel',
      [
        [1, 3, 2, 2],
        [4, 3, 7, 7],
      ],
      (b, [x, w]) => b.conv(x!, w!, { ...STRIDED, pads: [0, 0, 0, 0] }),
      'too small',
    ],
    [
      'groups that are not channels',
      [
        [1, 4, 8, 8],
        [4, 2, 3, 3],
      ],
      (b, [x, w]) => b.conv(x!, w!, { ...STRIDED, groups: 2 }),
      '2 groups do not fit 4 channels',
    ],
    [
      'factors that do not multiply',
      [
        [2, 3],
        [2, 3],
      ],
      (b, [x, y]) => b.matmul(x!, y!),
      "[2,3] and [2,3] can't be multiplied.",
    ],
    ['a reshape to another size', [[2, 3]], (b, [x]) => b.reshape(x!, [4]), "[2,3] can't be reshaped to [4]."],
    ['an axis that is not there', [[2, 3]], (b, [x]) => b.sum(x!, [2]), '[2,3] has no axes [2].'],
    ['an empty slice', [[2, 3]], (b, [x]) => b.slice(x!, [1], [2], [2]), '[2,3] has no slice 2:2:1 along axis 1.'],
    ['an entry that is not there', [[2, 3]], (b, [x]) => b.gather(x!, [3], 1), '[2,3] has no entries [3] along axis 1.'],
    [
      'parts of different shapes',
      [
        [2, 3],
        [3, 3],
      ],
      (b, parts) => b.concat(parts, 1),
      'must be [2,0], not [3,0]',
    ],
    ['a transposition of other axes', [[2, 3]], (b, [x]) => b.transpose(x!, [0, 2]), "[2,3] can't be transposed by [0,2]."],
    ['a layer norm of other channels', [[2, 3], [2]], (b, [x, gamma]) => b.layerNorm(x!, gamma!, gamma!, 1e-6), 'gamma must be [3], not [2].'],
    ['heads that do not divide the channels', [[1, 2, 5]], (b, [x]) => b.attention(x!, x!, x!, 2), "5 channels can't be divided among 2 heads."],
    ['a softmax along an axis that is not there', [[2, 3]], (b, [x]) => b.softmax(x!, 2), '[2,3] has no axis 2.'],
    ['a broadcast that shrinks', [[2, 3]], (b, [x]) => b.broadcast(x!, [1, 3]), 'must be [1,3], not [2,3]'],
  ])('%s', (_, shapes, build, message) => {
    const b = new ProgramBuilder();
    expect(() => build(b, values(b, ...shapes))).toThrow(message);
  });
});
