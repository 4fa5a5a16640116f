import type { DeviceName, EngineName } from './run.ts';

/** One engine on one device, tried with a real training step. */
export interface CheckResult {
  engine: EngineName;
  device: DeviceName;
  ok: boolean;
  detail: string;
  imagesPerSecond: number | null; // in training steps of 8 pairs of 96 px on the compact network; null where it did not pass or is too slow to wait for
  /** Operators of a training step that the device does not know, so that the processor computes them in mid-graph; null where not looked for. */
  elsewhere: string[] | null;
}
