import { ComputeHost } from './compute/host/compute-host.ts';
import type { Launch } from './compute/host/launch.ts';
import type { ComparePorts } from './features/compare/ports.ts';
import { CompareService } from './features/compare/service.ts';
import { withCuration } from './features/dataset/curated.ts';
import { rowsHere } from './features/dataset/rows.ts';
import { openStore } from './db/store.ts';
import { computeEntry, resource } from './foundation/program-folder.ts';
import { ReportPages } from './features/report/pages.ts';
import type { PagePorts } from './features/report/ports.ts';
import { calibrationOf, evaluateRun } from './features/training/evaluate.ts';
import { modelOf, type TrainingServices } from './features/training/service.ts';
import type { LogName } from './foundation/log/log-file.ts';
import { log, openLog } from './foundation/log/log.ts';
import { versions } from './foundation/versions.ts';
import { openWorkspace } from './foundation/workspace.ts';

export interface Services extends TrainingServices {
  compare: CompareService;
  pages: ReportPages; // of reports
  /** Ends the compute process and gives the workspace back. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  workspace: string | undefined;
  write: boolean;
  command: string; // what this process does, for whoever finds the workspace taken
  /** Opens this process's log in the workspace; whoever ends the process closes it. Left out: nothing is logged. */
  log?: LogName | undefined;
  /** How compute processes are started; default: under the Node that runs this. */
  launch?: Launch | undefined;
}

/** Everything built, in the order it depends on each other. */
export function openServices({ workspace: folder, write, command, log: name, launch }: ServiceOptions): Services {
  const workspace = openWorkspace(folder);
  if (name) openLog(workspace.logs, name);
  log().info({ command, versions: versions() }, 'workspace opens');
  const store = withCuration(openStore(workspace, { write, command }));
  const compute = new ComputeHost(computeEntry(), launch, name && { folder: workspace.logs, name: 'compute' });
  const base = { workspace, store, rows: rowsHere(store), compute, catalogue: resource('weights.json') };
  const compare = new CompareService(comparePorts(base, compute, () => undefined));
  return {
    ...base,
    compare,
    pages: new ReportPages(pagePorts(base, compare)),
    close: async () => {
      await compute.end();
      store.close();
    },
  };
}

/** `compute`: the process that explains. */
export const comparePorts = (
  { store, workspace }: Pick<TrainingServices, 'store' | 'workspace'>,
  compute: ComputeHost,
  announce: ComparePorts['announce'],
): ComparePorts => ({
  runs: store.runs,
  datasets: store.datasets,
  images: store.browse,
  comparisons: store.comparisons,
  compute,
  folderOf: (comparison) => workspace.comparison(comparison),
  modelOf: (run) => modelOf(workspace, run),
  calibrationOf: (run) => calibrationOf(workspace, run),
  announce,
});

export const pagePorts = (services: TrainingServices, compare: CompareService): PagePorts => ({
  comparison: (id) => compare.withOverlays(id),
  runs: services.store.runs,
  datasets: services.store.datasets,
  images: services.store.browse,
  evaluateOnTest: (run, signal) => evaluateRun(services, run, 'test', signal),
});
