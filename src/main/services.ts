import { labelsOfList, listInfo } from './features/dataset/pair-sets.ts';
import { dirname, join } from 'node:path';
import { encoderRankOf } from '../shared/encoder-rank.ts';
import { knownEncoders } from '../shared/known-encoders.ts';
import type { Finding } from '../shared/lint.ts';
import type { RunRecord } from '../shared/run.ts';
import type { ClassMerge } from '../shared/class-names.ts';
import { runNumber } from '../shared/run-words.ts';
import { testRecall } from '../shared/structure.ts';
import { ComputeHost } from './compute/host/compute-host.ts';
import type { Launch } from './rpc/launch.ts';
import { openStore, type Store } from './db/store.ts';
import { Bundles } from './features/bundle/bundles.ts';
import type { ComparePorts } from './features/compare/ports.ts';
import { CompareService } from './features/compare/service.ts';
import { TRIAL_IMAGES } from './compute/protocol/encoders.ts';
import { EncoderComparisons } from './features/compare-encoders/encoder-comparisons.ts';
import { curatedStore } from './features/dataset/curated.ts';
import { Importer } from './features/dataset/import.ts';
import { mergeLookAlikes } from './features/dataset/merge-look-alikes.ts';
import { rowsInThisThread, type DatasetRows } from './features/dataset/rows.ts';
import { SAME_CLASS } from '../shared/pair-relation.ts';
import { PAIR_RECIPE } from './domain/pairs/evaluation-pairs.ts';
import { lintRun } from './domain/lint/run.ts';
import { Evaluation } from './features/evaluation/evaluation.ts';
import { Thresholds } from './features/evaluation/thresholds.ts';
import { Structures } from './features/evaluation/structures.ts';
import type { EvaluationPorts } from './features/evaluation/ports.ts';
import { RunComparisons } from './features/evaluation/run-comparisons.ts';
import { inspectWeights, weightsBytes } from './features/models/added-weights.ts';
import { DeviceChoice } from './features/models/device-choice.ts';
import { Devices } from './features/models/devices.ts';
import { ImportedEncoders } from './features/models/imported-encoders.ts';
import { Networks } from './features/models/networks.ts';
import { HostProbe } from './features/models/reach.ts';
import { Shelf } from './features/models/shelf.ts';
import { StepMemory } from './features/models/step-memory.ts';
import { WeightsLibrary } from './features/models/weights.ts';
import { ReportPages } from './features/report/pages.ts';
import type { PagePorts } from './features/report/ports.ts';
import { Tables } from './features/tables/tables.ts';
import { Experiments } from './features/training/experiments.ts';
import { Training } from './features/training/training.ts';
import { openWholeSet, type WholeSet } from './whole-set.ts';
import type { LogName } from './foundation/log/log-file.ts';
import { log, openLog } from './foundation/log/log.ts';
import { OutputPaths } from './foundation/output-paths.ts';
import { computeEntry, resource } from './foundation/program-folder.ts';
import { SettingsFile, settingsPath } from './foundation/settings.ts';
import { APP_VERSION, versions } from './foundation/versions.ts';
import { deleteLeftovers, openWorkspace, type Workspace } from './foundation/workspace.ts';

/** An open workspace: its store, a compute process, and the features that need no screen. */
export interface Services {
  workspace: Workspace;
  settings: SettingsFile;
  /** Data sets as curated. */
  store: Store;
  /** Reads rows of data sets. */
  rows: DatasetRows;
  compute: ComputeHost;
  devices: Devices;
  deviceChoice: DeviceChoice;
  importer: Importer;
  /** As mergeLookAlikes. */
  mergeLookAlikes(dataset: string, only: readonly string[]): ClassMerge[];
  weights: WeightsLibrary;
  shelf: Shelf;
  inspectWeights: typeof inspectWeights;
  /** Imported ONNX encoders. */
  encoders: ImportedEncoders;
  networks: Networks;
  memory: StepMemory;
  evaluation: Evaluation;
  thresholds: Thresholds;
  structures: Structures;
  /** What makes the figures of a run doubtful. */
  findingsOf(run: RunRecord): Finding[];
  runComparisons: RunComparisons;
  /** Compares encoders before a training. */
  encoderComparisons: EncoderComparisons;
  /** Neighbours of all images of a data set, and what is derived from them. */
  wholeSet: WholeSet;
  training: Training;
  /** Trainings with several seeds. */
  experiments: Experiments;
  /** Tables for other programs, and from them. */
  tables: Tables;
  /** Project bundles. */
  bundles: Bundles;
  compare: CompareService;
  pages: ReportPages; // of reports
  outputs: OutputPaths;
  /** Sentences for the person about the database and the settings. The log has them, too. */
  warnings(): string[];
  /** Ends the compute process and releases the workspace. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  workspace: string | undefined;
  settings?: SettingsFile | undefined; // default: the file at settingsPath()
  write: boolean;
  command: string; // description of this process, as in StoreOptions
  /** Opens this process's log in the workspace. The caller closes it with closeLog. Default: no log. */
  log?: LogName | undefined;
  /** Starts compute processes. Default: under the Node of this process. */
  launch?: Launch | undefined;
  /** Called after an experiment or its runs were changed. */
  announceExperiment?: ((experiment: string) => void) | undefined;
  /** Reads rows of data sets. Default: in this thread. */
  rows?: ((store: Store, workspace: Workspace) => DatasetRows) | undefined;
}

/** Opens a workspace and builds its services, in the order of their dependencies. Throws as openWorkspace and openStore do. */
export function openServices(o: ServiceOptions): Services {
  const { workspace: folder, write, command, log: name, launch, rows: openRows = rowsInThisThread } = o;
  const workspace = openWorkspace(folder, { write });
  if (name) openLog(workspace.logs, name);
  log().info({ command, versions: versions() }, 'workspace opens');
  const store = curatedStore(openStore(workspace, { write, command }));
  if (write) deleteLeftovers(workspace);
  const { runs, datasets } = store;
  const rows = openRows(store, workspace);
  const compute = new ComputeHost(computeEntry(), launch, name && { folder: workspace.logs, name: 'compute' });
  const settings = o.settings ?? new SettingsFile(settingsPath());
  const devices = new Devices(join(dirname(settings.path), 'devices.json'));
  const deviceChoice = new DeviceChoice({ setting: () => settings.get().device, devices, compute });
  const importer = new Importer(store, compute);
  const caches = { features: workspace.features, pixels: workspace.pixels };

  const weights = new WeightsLibrary({ catalogue: resource('weights.json'), downloads: workspace.weights, compute });
  const encoders = new ImportedEncoders({
    folder: workspace.imported,
    openCompute: () => new ComputeHost(computeEntry(), launch),
    trialImages: () => trialImages(store),
    runsUsing: (id) => runs.list().flatMap(({ run, config }) => (config.encoder?.id === id ? [`run ${runNumber(run)}`] : [])),
  });
  const shelf = new Shelf({ downloads: workspace.weights, weights, imported: encoders, probe: new HostProbe(), runs });
  const networks = new Networks({ runs, folderOf: workspace.run, encoderFolder: (id) => encoders.folderOf(id), compute });
  const memory = new StepMemory();
  const training = new Training({
    runs,
    experiments: store.experiments,
    thresholds: store.thresholds,
    datasets,
    pairList: (dataset, list) => listInfo(store, dataset, list),
    pairCounts: (dataset, relation) => rows.pairCounts(dataset, relation),
    trainingRows: (dataset, relation, pairRecipe) => rows.trainingRows(dataset, relation, pairRecipe),
    weights,
    encoders,
    networks,
    memory,
    caches,
    compute,
  });
  const evaluationPorts: EvaluationPorts = {
    runs,
    pairDistances: store.pairDistances,
    rootOf: (dataset) => datasets.header(dataset).root,
    splitRows: (dataset, split, relation) => rows.splitRows(dataset, split, relation),
    networks,
    initialWeights: (run, signal) => training.findSameWeights(run, { signal }),
    caches,
    compute,
  };
  const evaluation = new Evaluation(evaluationPorts);
  const thresholds = new Thresholds({ runs, thresholds: store.thresholds, evaluation });
  const structures = new Structures({
    ...{ runs, networks, caches, compute },
    structures: store.structures,
    rootOf: (dataset) => datasets.header(dataset).root,
    structureRows: (dataset, relation) => rows.structureRows(dataset, relation),
    calibrationOf: (run) => evaluation.calibrationOf(run),
    evaluate: (run, split, signal) => evaluation.evaluate(run, split, { signal }),
  });
  const runComparisons = new RunComparisons(evaluationPorts, evaluation);
  const encoderComparisons = new EncoderComparisons({
    comparisons: store.encoderComparisons,
    datasets,
    rows: (dataset, relation) => rows.trainingRows(dataset, relation, PAIR_RECIPE),
    known: () => knownEncoders(shelf.list()),
    networkFor: (choices, signal) => training.settingsFor(choices, { signal }),
    encoderFolder: (id) => encoders.folderOf(id),
    ...{ weightsBytes, caches, compute },
  });
  const wholeSet = openWholeSet({
    ...{ workspace, store, rows, networks, compute },
    calibrationOf: (run) => evaluation.calibrationOf(run),
    known: () => knownEncoders(shelf.list()),
    imported: (id) => encoders.get(id),
    encoderFolder: (id) => encoders.folderOf(id),
    networkFor: (choices, signal) => training.encoderSettings(choices, signal),
  });
  const experiments = new Experiments({
    ...{ experiments: store.experiments, runs, datasets, training },
    recallOf: (run) => testRecall(structures.find(run))?.value ?? null,
    announce: o.announceExperiment ?? (() => undefined),
  });

  const features = { workspace, store, rows, networks, evaluation, thresholds };
  const compare = new CompareService(
    comparePorts(
      features,
      { compute, checker: compute },
      { announce: () => undefined, announceWhatIfs: () => undefined, announceProgress: () => undefined },
    ),
  );
  const pages = new ReportPages(pagePorts({ ...features, structures, runComparisons, experiments }, compare, compute));
  const tables = new Tables({
    ...{ datasets, runs, images: store.browse, comparisons: store.comparisons, judgements: store.imageJudgements },
    calibrationOf: (run) => evaluation.calibrationOf(run),
    distances: (run, split, o) => evaluation.distances(run, split, o),
    embedded: (dataset, source) => wholeSet.embeddings.require(dataset, source),
    neighbours: (set) => wholeSet.embeddings.neighbours(set),
    edit: (dataset, edit) => Promise.resolve(store.curation.apply(dataset, edit)),
  });
  const bundles = new Bundles({ workspace, datasets, bundles: store.bundles, version: APP_VERSION });
  const outputs = new OutputPaths({ workspace: workspace.folder, datasetWithImage: (path) => datasets.withImage(path) });

  return {
    workspace,
    settings,
    store,
    rows,
    compute,
    devices,
    deviceChoice,
    importer,
    mergeLookAlikes: (dataset, only) => mergeLookAlikes(store, dataset, only),
    weights,
    shelf,
    inspectWeights,
    encoders,
    networks,
    memory,
    evaluation,
    thresholds,
    structures,
    findingsOf: lintRun,
    runComparisons,
    encoderComparisons,
    wholeSet,
    training,
    experiments,
    tables,
    bundles,
    compare,
    pages,
    outputs,
    warnings: () => [...store.warnings, ...settings.warnings],
    close: async () => {
      await compute.end();
      store.close();
    },
  };
}

/** Images of the newest data set, evenly spread, to try a model with; none without a data set. */
function trialImages({ datasets, browse }: Store): string[] {
  const newest = datasets.list()[0];
  if (!newest) return [];
  const { dataset, root, images } = datasets.header(newest.dataset);
  const count = Math.min(TRIAL_IMAGES, images);
  const ids = Array.from({ length: count }, (_, i) => Math.floor((i * images) / count));
  return browse.rows(dataset, ids).map(({ file }) => join(root, file));
}

type CompareServices = Pick<Services, 'workspace' | 'store' | 'rows' | 'networks' | 'evaluation'>;

/** The ports of CompareService. `compute`: the process that explains; `checker`: the one that checks maps. */
export const comparePorts = (
  { workspace, store, rows, networks, evaluation }: CompareServices,
  { compute, checker }: Record<'compute' | 'checker', ComputeHost>,
  events: Pick<ComparePorts, 'announce' | 'announceWhatIfs' | 'announceProgress'>,
): ComparePorts => ({
  runs: store.runs,
  datasets: store.datasets,
  images: store.browse,
  comparisons: store.comparisons,
  scales: store.mapScales,
  whatIfs: store.whatIfs,
  randomisations: store.randomisations,
  listedLabels: (run) => labelsOfList(store, run),
  validPairs: (dataset, relation) => rows.splitRows(dataset, 'valid', relation),
  includedImages: async (dataset) => (await rows.trainingRows(dataset, SAME_CLASS, PAIR_RECIPE)).images,
  distances: (run, split, o) => evaluation.distances(run, split, o),
  compute,
  checker,
  caches: { features: workspace.features, pixels: workspace.pixels },
  folderOf: workspace.comparison,
  modelOf: (run) => networks.refOf(run),
  hasNetwork: (run) => networks.isStored(run),
  layersOf: (config) => networks.layersOf(config),
  calibrationOf: (run) => evaluation.calibrationOf(run),
  ...events,
});

/** The ports of ReportPages. `compute`: the process that shrinks images. */
export const pagePorts = (
  {
    workspace,
    store,
    evaluation,
    thresholds,
    structures,
    runComparisons,
    experiments,
  }: Pick<Services, 'workspace' | 'store' | 'evaluation' | 'thresholds' | 'structures' | 'runComparisons' | 'experiments'>,
  compare: CompareService,
  compute: ComputeHost,
): PagePorts => ({
  comparison: (id) => compare.withScale(id),
  drawOverlays: (id) => compare.drawOverlays(id),
  examples: compare.examples,
  matches: (id) => compare.matches.find(id),
  whatIfs: (id) => compare.whatIfs.list(id).saved,
  editedPictures: (comparison, strokes, o) => compare.whatIfs.pictures(comparison, strokes, o),
  drawFlip: (id) => compare.flips.drawPictures(id),
  comparisonFolder: workspace.comparison,
  compute,
  runs: store.runs,
  datasets: store.datasets,
  images: store.browse,
  evaluateOnTest: (run, signal) => evaluation.evaluateBoth(run, { signal }),
  structureOf: (run) => structures.answer(run),
  measureStructure: (run, signal) => structures.measure(run, { signal: signal ?? new AbortController().signal }),
  differences: (ids) => runComparisons.differences(ids, new AbortController().signal),
  thresholdsOf: (run) => thresholds.find(run) ?? undefined,
  encoderRankOf: (run) => encoderRankOf(run, store.encoderComparisons.list(run.dataset)),
  experimentOf: (id) => experiments.get(id),
  randomisationOf: (run) => compare.randomisations.find(run),
  redrawWeights: (run, signal) => compare.randomisations.measure(run, {}, { signal: signal ?? new AbortController().signal }),
});
