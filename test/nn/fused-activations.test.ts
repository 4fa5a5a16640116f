import { expect, test } from 'vitest';
import { emitForward } from '../../src/main/nn/autodiff.ts';
import { Emitter } from '../../src/main/nn/emit.ts';
import { withFusedActivations } from '../../src/main/nn/fused-activations.ts';
import { Graph } from '../../src/main/nn/graph.ts';

const ops = (readTwice: boolean): string[] => {
  const graph = new Graph();
  const [x, w] = [graph.input('x', [1, 8, 4, 4]), graph.input('w', [8, 1, 3, 3])];
  const filtered = graph.apply('conv', [x, w], { stride: 1, pads: [1, 1, 1, 1], groups: 8 });
  const y = graph.apply('relu6', [filtered], null);
  const wanted = readTwice ? graph.apply('add', [filtered, y], null) : y;
  const e = new Emitter('cpu', 8);
  const b = emitForward(e, graph, [wanted], new Map([x, w].map((v, i) => [v, e.input(`x${i}`, v.shape)])));
  e.output(b.refs.get(wanted)!, 'y');
  return withFusedActivations(e.program).nodes.map((n) => n.op + ('activation' in n.attrs ? ' with activation' : ''));
};

test('a convolution applies the activation that alone reads it, and leaves it where something else reads it too', () => {
  expect(ops(false)).toContain('Conv with activation');
  expect(ops(false)).not.toContain('Clip');
  expect(ops(true)).toContain('Conv');
  expect(ops(true)).toContain('Clip');
});
