import type { DeviceName, EngineName } from './run.ts';

/** One engine on one device, tried with a real training step. */
export interface CheckResult {
  engine: EngineName;
  device: DeviceName;
  ok: boolean;
  detail: string;
  milliseconds: number | null; // of a training step of 8 pairs of 96 px on the compact network; null where it did not pass
}
