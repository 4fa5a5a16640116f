import { listInfo } from '../../../src/main/features/dataset/pair-sets.ts';
import type { ComputeHost } from '../../../src/main/compute/host/compute-host.ts';
import { handlers } from '../../../src/main/compute/process/handlers.ts';
import type { Store } from '../../../src/main/db/store.ts';
import { rowsInThisThread } from '../../../src/main/features/dataset/rows.ts';
import type { EvaluationPorts } from '../../../src/main/features/evaluation/ports.ts';
import { Networks } from '../../../src/main/features/models/networks.ts';
import { StepMemory } from '../../../src/main/features/models/step-memory.ts';
import { Training } from '../../../src/main/features/training/training.ts';
import type { Workspace } from '../../../src/main/foundation/workspace.ts';

interface AskOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (p: unknown) => void;
}

/** Compute in this process, so that the mocks of a test apply to it. */
export const computeInProcess = {
  ready: () => Promise.resolve(),
  ask: (call: keyof typeof handlers, args: never, { signal = new AbortController().signal, onProgress = () => undefined }: AskOptions = {}) =>
    handlers[call](args, { signal, progress: onProgress }),
} as unknown as ComputeHost;

/** Training from scratch on a store, with a stand-in for the compute process. */
export function trainingWith(compute: ComputeHost, store: Store, workspace: Workspace): Training {
  const { runs, datasets, thresholds, experiments } = store;
  const rows = rowsInThisThread(store);
  return new Training({
    runs,
    datasets,
    thresholds,
    experiments,
    pairList: (dataset, list) => listInfo(store, dataset, list),
    pairCounts: (dataset, relation) => rows.pairCounts(dataset, relation),
    trainingRows: (dataset, relation, pairRecipe) => rows.trainingRows(dataset, relation, pairRecipe),
    weights: { find: () => Promise.reject(new Error('This training starts without weights.')) },
    encoders: { get: () => unusable(), folderOf: () => unusable() },
    networks: new Networks({ runs, folderOf: workspace.run, encoderFolder: unusable, compute }),
    memory: new StepMemory(),
    caches: { features: workspace.features, pixels: workspace.pixels },
    compute,
  });
}

const unusable = (): never => {
  throw new Error('This training has no imported encoder.');
};

/** The ports of Evaluation on a store. */
export const evaluationPorts = (compute: ComputeHost, store: Store, workspace: Workspace): EvaluationPorts => {
  const rows = rowsInThisThread(store);
  return {
    runs: store.runs,
    pairDistances: store.pairDistances,
    rootOf: (dataset) => store.datasets.header(dataset).root,
    splitRows: (dataset, split, relation) => rows.splitRows(dataset, split, relation),
    networks: new Networks({ runs: store.runs, folderOf: workspace.run, encoderFolder: unusable, compute }),
    initialWeights: () => Promise.resolve(null),
    caches: { features: workspace.features, pixels: workspace.pixels },
    compute,
  };
};
