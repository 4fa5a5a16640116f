import type { DeviceName, EngineName } from './run.ts';

/** One engine on one device, checked with a training step. */
export interface CheckResult {
  engine: EngineName;
  device: DeviceName;
  ok: boolean;
  detail: string;
  imagesPerSecond: number | null; // in training steps of 8 pairs of 96 px on the compact network; null if the check failed or took too long
  /** Operators of a training step that the device lacks, so that they fall back to the CPU; null if not checked. */
  cpuFallbackOps: string[] | null;
}
