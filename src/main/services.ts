import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ComputeHost } from './compute/compute-host.ts';
import { withCuration } from './dataset/curated.ts';
import { openStore } from './db/store.ts';
import type { TrainingServices } from './training/service.ts';
import { openWorkspace } from './workspace.ts';

export interface Services extends TrainingServices {
  /** Ends the compute process and gives the workspace back. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  workspace: string | undefined;
  write: boolean;
  command: string; // what this process does, for whoever finds the workspace taken
}

/** Everything built, in the order it depends on each other. */
export function openServices({ workspace: folder, write, command }: ServiceOptions): Services {
  const workspace = openWorkspace(folder);
  const store = withCuration(openStore(workspace, { write, command }));
  const compute = new ComputeHost(computeEntry());
  return {
    workspace,
    store,
    compute,
    catalogue: resource('weights.json'),
    close: async () => {
      await compute.dispose();
      store.close();
    },
  };
}

/** The folder this program runs from: dist/main when bundled. */
const home = (): string => dirname(process.argv[1] ?? '.');

export const computeEntry = (): string => join(home(), 'compute.cjs');

function resource(name: string): string {
  const folders = [join(home(), '..', '..', 'resources'), join(home(), 'resources')];
  return join(folders.find((folder) => existsSync(join(folder, name))) ?? folders[0]!, name);
}
