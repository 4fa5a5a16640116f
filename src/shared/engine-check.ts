import type { DeviceName, EngineName } from './run.ts';

/** One engine on one device, tried with a real training step. */
export interface CheckResult {
  engine: EngineName;
  device: DeviceName;
  ok: boolean;
  detail: string;
}
