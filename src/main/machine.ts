import { existsSync } from 'node:fs';
import { ComputeHost } from './compute/host/compute-host.ts';
import { Benchmarks } from './features/models/benchmarks.ts';
import { inspectDevices } from './features/models/devices.ts';
import { log, openLog } from './foundation/log/log.ts';
import { computeEntry } from './foundation/program-folder.ts';
import { versions } from './foundation/versions.ts';
import { workspaceAt, workspaceFolder } from './foundation/workspace.ts';

/** Services that need no workspace. */
export interface Machine {
  /** Checks every engine and device. `verbose`: also which operators fall back to the CPU. */
  inspectDevices(options: { verbose: boolean }): ReturnType<typeof inspectDevices>;
  benchmarks: Benchmarks;
  /** Ends the compute process. */
  close(): Promise<void>;
}

/** Logs into the workspace if it exists; never creates one. */
export function openMachine({ workspace: given, command }: { workspace: string | undefined; command: string }): Machine {
  const { folder, logs } = workspaceAt(workspaceFolder(given));
  const exists = existsSync(folder);
  if (exists) openLog(logs, 'cli');
  log().info({ command, versions: versions() }, 'command starts');
  const compute = new ComputeHost(computeEntry(), undefined, exists ? { folder: logs, name: 'compute' } : undefined);
  return {
    inspectDevices: (options) => inspectDevices(compute, options),
    benchmarks: new Benchmarks(compute),
    close: () => compute.end(),
  };
}
