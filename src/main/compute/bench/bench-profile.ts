import type { ProfileEvent } from '../../nn/engines/onnx-session.ts';

/** Time of one kind of kernel, or of one kernel, within a step. */
export interface KernelShare {
  name: string; // ONNX operator, or the node's own name
  op: string;
  times: number; // runs a step
  milliseconds: number; // a step
  share: number; // of all kernels' time
  shapes: string; // of one node: inputs -> outputs; empty for a kind
}

export interface StepProfile {
  milliseconds: number; // of all kernels a step; what lies outside them (the optimizer on the processor) is not in it
  ops: KernelShare[]; // by kind, largest first
  nodes: KernelShare[]; // the most costly ones, largest first
}

const KERNEL = '_kernel_time';
const TOP_NODES = 20;

/** Where the time of `steps` steps went, from onnxruntime's trace of them. */
export function profileOf(events: readonly ProfileEvent[], steps: number): StepProfile {
  const kernels = events.filter((e) => e.cat === 'Node' && e.name.endsWith(KERNEL));
  const total = kernels.reduce((sum, e) => sum + e.dur, 0);
  const summed = (keyOf: (e: ProfileEvent) => string, shapesOf: (e: ProfileEvent) => string): KernelShare[] => {
    const groups = Map.groupBy(kernels, keyOf);
    const shares = [...groups].map(([name, own]): KernelShare => {
      const spent = own.reduce((sum, e) => sum + e.dur, 0);
      const first = own[0]!;
      const op = first.args?.op_name ?? '';
      return { name, op, times: own.length / steps, milliseconds: spent / steps / 1000, share: total ? spent / total : 0, shapes: shapesOf(first) };
    });
    return shares.toSorted((a, b) => b.milliseconds - a.milliseconds);
  };
  const ops = summed(
    (e) => e.args?.op_name ?? '',
    () => '',
  );
  const nodes = summed((e) => e.name.slice(0, -KERNEL.length), shapes).slice(0, TOP_NODES);
  return { milliseconds: total / steps / 1000, ops, nodes };
}

function shapes({ args }: ProfileEvent): string {
  const listed = (all: Record<string, number[]>[] | undefined): string =>
    (all ?? []).map((one) => Object.values(one)[0]!.join('x') || '1').join(', ');
  return `${listed(args?.input_type_shape)} -> ${listed(args?.output_type_shape)}`;
}

/** Lines for a terminal: a table of kinds, then of single nodes. */
export function profileLines({ milliseconds, ops, nodes }: StepProfile): string[] {
  const line = (k: KernelShare): string =>
    [`${(100 * k.share).toFixed(1)} %`.padStart(7), `${k.milliseconds.toFixed(2)} ms`.padStart(12), `x${k.times}`.padStart(6), k.name, k.shapes]
      .join('  ')
      .trimEnd();
  return [`Kernels: ${milliseconds.toFixed(1)} ms a step`, ...ops.map(line), 'The most costly nodes:', ...nodes.map(line)];
}
