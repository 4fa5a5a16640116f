import { expect, test } from 'vitest';
import { profileOf } from '../../../src/main/compute/bench/bench-profile.ts';
import { profileLines } from '../../../src/main/doors/cli/profile-lines.ts';
import { bench } from '../../../src/main/compute/bench/bench.ts';
import type { ProfileEvent } from '../../../src/main/nn/engines/onnx-session.ts';

const kernel = (name: string, op: string, dur: number): ProfileEvent => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  dur,
  args: { op_name: op, input_type_shape: [{ float: [2, 3] }, { float: [] }], output_type_shape: [{ float: [2, 3] }] },
});

test('sums kernels by kind and by node per step, without the session’s own phases', () => {
  const events: ProfileEvent[] = [
    { cat: 'Session', name: 'model_run', dur: 99_999 },
    { cat: 'Node', name: 'Mul_1_fence_before', dur: 5_000, args: { op_name: 'Mul' } },
    ...[1, 2].flatMap(() => [kernel('Mul_1', 'Mul', 1000), kernel('Mul_2', 'Mul', 2000), kernel('Conv_3', 'Conv', 1000)]),
  ];
  const profile = profileOf(events, 2);
  expect(profile.milliseconds).toBe(4);
  expect(profile.ops).toEqual([
    { name: 'Mul', op: 'Mul', times: 2, milliseconds: 3, share: 0.75, shapes: '' },
    { name: 'Conv', op: 'Conv', times: 1, milliseconds: 1, share: 0.25, shapes: '' },
  ]);
  expect(profile.nodes.map((n) => [n.name, n.milliseconds, n.shapes])).toEqual([
    ['Mul_2', 2, '2x3, 1 -> 2x3'],
    ['Mul_1', 1, '2x3, 1 -> 2x3'],
    ['Conv_3', 1, '2x3, 1 -> 2x3'],
  ]);
  expect(profileLines(profile)[1]).toBe(' 75.0 %       3.00 ms      x2  Mul');
});

test('profiles a real step: each kernel runs once, and the shares sum to 1', async () => {
  const context = { signal: new AbortController().signal, progress: () => undefined };
  const request = {
    task: 'train',
    backbone: 'compact',
    pairs: 1,
    size: 32,
    steps: 2,
    scope: 'all',
    batchNorm: 'frozen',
    engine: 'onnx',
    device: 'cpu',
  } as const;
  const { profile, seconds, peakBytes } = await bench({ ...request, profile: true }, context);
  expect(seconds).toHaveLength(2);
  expect(peakBytes).toBeGreaterThan(10_000_000);
  expect(profile!.ops.map((o) => o.op)).toEqual(expect.arrayContaining(['Gemm', 'Mul']));
  expect(profile!.ops.reduce((sum, o) => sum + o.share, 0)).toBeCloseTo(1, 9);
  for (const node of profile!.nodes) expect(node.times).toBe(1);
  expect((await bench(request, context)).profile).toBeNull();
});
