import type { BackboneName } from '../../../shared/backbones.ts';
import type { RunEncoder } from '../../../shared/imported-encoder.ts';
import type { DeviceName, EngineName, Scope } from '../../../shared/run.ts';
import type { StepProfile } from '../../../shared/step-profile.ts';

/** A measurement of speed with random weights. */
export interface BenchRequest {
  task: 'train' | 'infer' | 'explain';
  backbone: BackboneName;
  encoder?: RunEncoder | null; // of the backbone `imported`, of which only training steps of the head can be timed
  pairs: number;
  size: number;
  steps: number;
  scope: Scope; // of a training step: layers before it are not computed
  batchNorm: 'frozen' | 'batch';
  engine: EngineName;
  device: DeviceName;
  profile?: boolean; // slows the steps by a few percent
}

export interface BenchResult {
  seconds: number[]; // of each counted step
  threads: number;
  channelBlock: number; // channels per block of the blocked layout (onnx-blocks.ts); 0 except for onnx on the CPU
  peakBytes: number; // largest resident memory of the compute process so far
  profile: StepProfile | null;
}
