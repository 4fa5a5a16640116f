import type { KernelShare, StepProfile } from '../../../shared/step-profile.ts';

/** Lines for a terminal: time by kind of kernel, then by node. */
export function profileLines({ milliseconds, ops, nodes }: StepProfile): string[] {
  const line = (k: KernelShare): string =>
    [`${(100 * k.share).toFixed(1)} %`.padStart(7), `${k.milliseconds.toFixed(2)} ms`.padStart(12), `x${k.times}`.padStart(6), k.name, k.shapes]
      .join('  ')
      .trimEnd();
  return [`Kernels: ${milliseconds.toFixed(1)} ms per step`, ...ops.map(line), 'Slowest nodes:', ...nodes.map(line)];
}
