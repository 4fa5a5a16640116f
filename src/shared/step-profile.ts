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
  milliseconds: number; // of all kernels a step; work outside them (the optimizer on the CPU) is not included
  ops: KernelShare[]; // by kind, largest first
  nodes: KernelShare[]; // the most costly ones, largest first
}
