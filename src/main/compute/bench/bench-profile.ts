import type { ProfileEvent } from '../../nn/engines/onnx-session.ts';
import type { KernelShare, StepProfile } from '../../../shared/step-profile.ts';

const KERNEL = '_kernel_time';
const TOP_NODES = 20;

/** Time per operator type and per node over `steps` steps, from onnxruntime's trace. */
export function profileOf(events: readonly ProfileEvent[], steps: number): StepProfile {
  const kernels = events.filter((e) => e.cat === 'Node' && e.name.endsWith(KERNEL));
  const total = kernels.reduce((sum, e) => sum + e.dur, 0);
  const sumBy = (keyOf: (e: ProfileEvent) => string, shapesOf: (e: ProfileEvent) => string): KernelShare[] => {
    const groups = Map.groupBy(kernels, keyOf);
    const shares = [...groups].map(([name, group]): KernelShare => {
      const microseconds = group.reduce((sum, e) => sum + e.dur, 0);
      const first = group[0]!;
      const op = first.args?.op_name ?? '';
      return {
        name,
        op,
        times: group.length / steps,
        milliseconds: microseconds / steps / 1000,
        share: total ? microseconds / total : 0,
        shapes: shapesOf(first),
      };
    });
    return shares.toSorted((a, b) => b.milliseconds - a.milliseconds);
  };
  const ops = sumBy(
    (e) => e.args?.op_name ?? '',
    () => '',
  );
  const nodes = sumBy((e) => e.name.slice(0, -KERNEL.length), shapes).slice(0, TOP_NODES);
  return { milliseconds: total / steps / 1000, ops, nodes };
}

/** Input and output shapes of an event, e.g. `16x3x96x96, 16x3x3x3 -> 16x16x48x48`. */
function shapes({ args }: ProfileEvent): string {
  const shapeList = (all: Record<string, number[]>[] | undefined): string =>
    (all ?? []).map((shape) => Object.values(shape)[0]!.join('x') || '1').join(', ');
  return `${shapeList(args?.input_type_shape)} -> ${shapeList(args?.output_type_shape)}`;
}
