/** Time of one kind of kernel, or of one kernel, within a step. */
export interface KernelShare {
  name: string; // ONNX operator, or the node's own name
  op: string;
  times: number; // runs per step
  milliseconds: number; // per step
  share: number; // of all kernels' time
  shapes: string; // of one node: inputs -> outputs; empty for a kind of kernel
}

export interface StepProfile {
  milliseconds: number; // of all kernels per step, without work outside them such as the optimizer on the CPU
  ops: KernelShare[]; // by kind, largest first
  nodes: KernelShare[]; // the most costly ones, largest first
}
