import { ComputeHost } from './compute/host/compute-host.ts';
import type { Launch } from './compute/host/launch.ts';
import { withCuration } from './features/dataset/curated.ts';
import { rowsHere } from './features/dataset/rows.ts';
import { openStore } from './db/store.ts';
import { computeEntry, resource } from './foundation/program-folder.ts';
import type { TrainingServices } from './features/training/service.ts';
import { openWorkspace } from './foundation/workspace.ts';

export interface Services extends TrainingServices {
  /** Ends the compute process and gives the workspace back. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  workspace: string | undefined;
  write: boolean;
  command: string; // what this process does, for whoever finds the workspace taken
  /** How compute processes are started; default: under the Node that runs this. */
  launch?: Launch | undefined;
}

/** Everything built, in the order it depends on each other. */
export function openServices({ workspace: folder, write, command, launch }: ServiceOptions): Services {
  const workspace = openWorkspace(folder);
  const store = withCuration(openStore(workspace, { write, command }));
  const compute = new ComputeHost(computeEntry(), launch);
  return {
    workspace,
    store,
    rows: rowsHere(store),
    compute,
    catalogue: resource('weights.json'),
    close: async () => {
      await compute.end();
      store.close();
    },
  };
}
