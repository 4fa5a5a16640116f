import type { ProfileEvent } from '../../nn/engines/onnx-session.ts';
import type { KernelShare, StepProfile } from '../../../shared/step-profile.ts';

const KERNEL = '_kernel_time';
const TOP_NODES = 20;

/** Time by kernel over `steps` steps, from onnxruntime's trace. */
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
  const shapeList = (all: Record<string, number[]>[] | undefined): string =>
    (all ?? []).map((one) => Object.values(one)[0]!.join('x') || '1').join(', ');
  return `${shapeList(args?.input_type_shape)} -> ${shapeList(args?.output_type_shape)}`;
}
