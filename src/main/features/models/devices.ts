import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DEVICES, ENGINES } from '../../../shared/training-options/table.ts';
import type { DeviceReport } from '../../../shared/workbench.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import { chooseDevice } from '../../domain/devices/choose-device.ts';
import { writeFileAtomically } from '../../foundation/files.ts';

const Report = z.object({
  checkedMs: z.number(),
  checks: z.array(
    z.object({
      engine: z.enum(ENGINES),
      device: z.enum(DEVICES),
      ok: z.boolean(),
      detail: z.string(),
      imagesPerSecond: z.number().nullable(),
      cpuFallbackOps: z.array(z.string()).nullable().default(null), // version 0.1.0 used another name
    }),
  ),
});

/** Results of the last device check, stored beside the settings. */
export class Devices {
  private readonly path: string;
  private current: DeviceReport | null;

  constructor(path: string) {
    this.path = path;
    this.current = readReport(path);
  }

  /** Results of the last check; null before the first. */
  get(): DeviceReport | null {
    return this.current;
  }

  /** Tests every engine and device with real training steps, and stores the results. Throws AppError 'cancelled' or 'compute-lost'. */
  async check(compute: Pick<ComputeHost, 'ask'>, signal?: AbortSignal): Promise<DeviceReport> {
    const checks = await compute.ask('check', {}, { signal });
    this.current = { checkedMs: Date.now(), checks };
    await writeFileAtomically(this.path, `${JSON.stringify(this.current, null, 2)}\n`);
    return this.current;
  }
}

function readReport(path: string): DeviceReport | null {
  try {
    const found = Report.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return found.success ? found.data : null;
  } catch {
    return null; // missing or damaged; a new check takes seconds
  }
}

/** Tests every engine and device without storing the results. `automatic`: a sentence about the device that 'auto' chooses. */
export async function inspectDevices(
  compute: Pick<ComputeHost, 'ask'>,
  options: { verbose: boolean },
): Promise<{ report: DeviceReport; automatic: string }> {
  const checks = await compute.ask('check', options);
  const report = { checkedMs: Date.now(), checks };
  return { report, automatic: chooseDevice({}, 'auto', report).why };
}
