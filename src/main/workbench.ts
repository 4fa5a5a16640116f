import { listInfo } from './features/dataset/pair-sets.ts';
import { join } from 'node:path';
import { samplePairs } from '../shared/sample.ts';
import type { Settings } from '../shared/workbench.ts';
import { ComputeHost } from './compute/host/compute-host.ts';
import { type Launch, launchUnder, withPriorityOf } from './rpc/launch.ts';
import { CheckJobs } from './features/compare/check-jobs.ts';
import { chooseDevice, type ChosenDevice } from './domain/devices/choose-device.ts';
import { PairQueues } from './features/compare/queues.ts';
import { CompareService } from './features/compare/service.ts';
import { LargeDatasets } from './features/dataset/large-datasets.ts';
import { Datasets } from './features/dataset/service.ts';
import { FileAccess } from './features/media/file-access.ts';
import { Media } from './features/media/media.ts';
import { PictureCache } from './features/media/picture-cache.ts';
import { Uploads } from './features/media/uploads.ts';
import { PreviewService } from './features/media/preview-service.ts';
import { openSimilar, type Similar } from './features/similar/open-similar.ts';
import { ReportPages } from './features/report/pages.ts';
import { ReportService } from './features/report/service.ts';
import { TrainingJobs } from './features/training/jobs.ts';
import { Measurements } from './features/training/measure.ts';
import { TrainingPlans } from './features/training/plans.ts';
import { deleteRemovedNetworks, Runs } from './features/training/runs.ts';
import { EventHub } from './foundation/jobs/events.ts';
import { Jobs } from './foundation/jobs/jobs.ts';
import type { LogName } from './foundation/log/log-file.ts';
import { log } from './foundation/log/log.ts';
import { computeEntry, datasetThreadEntry } from './foundation/program-folder.ts';
import { reportError } from './foundation/log/report-error.ts';
import { SettingsFile, settingsPath } from './foundation/settings.ts';
import type { Shell } from './foundation/shell.ts';
import { comparePorts, openServices, pagePorts, type Services } from './services.ts';
import { similarPorts } from './whole-set.ts';

/** The services, and those that only a screen needs. */
export interface Workbench extends Services {
  shell: Shell;
  hub: EventHub;
  jobs: Jobs;

  datasets: Datasets;
  /** Slow work on large data sets, in threads. */
  largeDatasets: LargeDatasets;
  runs: Runs;
  plans: TrainingPlans;
  trainings: TrainingJobs;
  queues: PairQueues;
  /** The device of a training that names none. */
  automaticDevice(): ChosenDevice;
  /** Jobs that check the faithfulness of maps. */
  checkJobs: CheckJobs;
  reports: ReportService;
  /** Search for images. It does not wait for a training. */
  similar: Similar;

  media: Media;
  /** Image files that a screen may show. */
  fileAccess: FileAccess;
  uploads: Uploads;
  /** Thumbnails and previews on the disk. */
  pictureCache: PictureCache;
}

export interface WorkbenchOptions {
  workspace?: string | undefined; // folder; default: the one in the settings, else as workspaceFolder()
  settings?: string | undefined; // file; default: settingsPath()
  shell: Shell;
  command: string;
  log?: LogName | undefined; // as in ServiceOptions
  launch?: Launch | undefined; // of compute processes
}

const PRUNE_AFTER_MS = 30_000; // after the start, when more urgent work is done

const CHECK_AFTER_MS = 60_000; // after the start: checks the maps of saved comparisons that have no check

/** Opens a workspace for writing and builds everything a screen needs. Throws as openServices does. */
export function openWorkbench(o: WorkbenchOptions): Workbench {
  const settings = new SettingsFile(o.settings ?? settingsPath());
  const hub = new EventHub();
  let threads: LargeDatasets | undefined;
  const services = openServices({
    settings,
    workspace: o.workspace ?? settings.get().workspace ?? undefined,
    write: true,
    command: o.command,
    log: o.log,
    launch: withPriorityOf('background', o.launch ?? launchUnder()),
    announceExperiment: (experiment) => hub.changed('experiments', experiment),
    rows: (store, { database }) => (threads = new LargeDatasets(store, datasetThreadEntry(), database)),
  });
  const largeDatasets = threads!;
  const { workspace, store, compute, devices, networks, evaluation, training, weights } = services;
  settings.openWorkspace(workspace.settings);
  for (const warning of services.warnings()) log().warn(warning);
  deleteRemovedNetworks(store.runs, workspace.run);

  const jobs = new Jobs(hub);
  const deviceFacts = () => ({ setting: settings.get().device, report: devices.get() });

  // A compute process for imports: beside a training in the same process they took 15 times as long.
  const imports = new ComputeHost(
    computeEntry(),
    withPriorityOf('import', o.launch ?? launchUnder()),
    o.log && { folder: workspace.logs, name: 'import' },
  );
  const datasets = new Datasets({
    store,
    threads: largeDatasets,
    compute: imports,
    jobs,
    hub,
    folders: workspace,
    onSample: (dataset) => void trainings.startSample(dataset),
  });
  const trainings = new TrainingJobs({
    jobs,
    hub,
    runs: store.runs,
    datasets: store.datasets,
    training,
    experiments: services.experiments,
    experimentRuns: store.experiments,
    evaluate: (run, signal) => evaluation.evaluateBoth(run, { signal }),
    measureStructure: (run, o) => services.structures.measureIfCached(run, o),
    measureMaps: (run, o) => services.compare.scales.measureIfPossible(run, {}, o),
    curationReady: () => largeDatasets.ready(),
    devices: deviceFacts,
    compareSample: async (run, signal) => {
      const { dataset } = store.runs.get(run);
      const { root } = store.datasets.get(dataset);
      for (const [a, b] of samplePairs(store.datasets.images(dataset))) {
        await compare.compare({ run, images: [join(root, a), join(root, b)], target: 'verdict' }, signal);
      }
    },
  });
  const plans = new TrainingPlans({
    datasets: store.datasets,
    runs: store.runs,
    images: {
      find: (query) => largeDatasets.find(query),
      rows: (dataset, ids) => store.browse.rows(dataset, ids),
      meanPixels: (dataset) => largeDatasets.meanPixels(dataset),
    },
    catalogue: () => weights.known(),
    weightsProblem: (path, backbone) => weights.problemOf(path, backbone),
    encoders: services.encoders,
    pairList: (dataset, list) => listInfo(store, dataset, list),
    pairCounts: (dataset, relation) => largeDatasets.pairCounts(dataset, relation),
    memory: services.memory,
    devices: deviceFacts,
    measurements: new Measurements(compute, (id) => services.encoders.folderOf(id)),
    waiting: () => trainings.length,
  });
  const runs = new Runs({
    ...{ runs: store.runs, datasets: store.datasets, networks, jobs, hub },
    folderOf: workspace.run,
    randomisationOf: (run) => services.compare.randomisations.find(run),
    encoderComparisons: store.encoderComparisons,
  });

  // Pictures and explanations have their own compute process: they neither wait for a training nor fail with it.
  const pictures = new ComputeHost(computeEntry(), o.launch, o.log && { folder: workspace.logs, name: 'pictures' });
  // Checks of maps take seconds, or minutes for many pairs: neither a screen nor a training waits for them.
  const checker = new ComputeHost(
    computeEntry(),
    withPriorityOf('background', o.launch ?? launchUnder()),
    o.log && { folder: workspace.logs, name: 'checks' },
  );
  const compare = new CompareService(
    comparePorts(
      services,
      { compute: pictures, checker },
      {
        announce: (id) => hub.changed('comparisons', id),
        announceWhatIfs: (comparison) => hub.changed('whatIfs', comparison),
        announceProgress: (progress) => hub.emit('explaining', progress),
      },
    ),
  );
  const similar = openSimilar(
    similarPorts(
      { workspace, store, embeddings: services.wholeSet.embeddings },
      {
        find: (query) => largeDatasets.find(query),
        calibrationOf: (run) => evaluation.calibrationOf(store.runs.get(run)),
        compute: pictures,
      },
    ),
    (dataset) => hub.changed('judgements', dataset),
  );
  compare.deleteUnsaved(new Set(store.reports.comparisons())); // reports need theirs
  const queues = new PairQueues({
    runs: store.runs,
    datasets: store.datasets,
    images: store.browse,
    jobs,
    calibrationOf: (run) => evaluation.calibrationOf(run),
    distances: (run, split, options) => evaluation.distances(run, split, options),
  });
  const checkJobs = new CheckJobs({ jobs, compare, queues });
  const checkingSaved = setTimeout(
    () => checkJobs.checkSaved(compare.list({ saved: true }).map(({ comparison }) => comparison)),
    CHECK_AFTER_MS,
  ).unref();
  const pages = new ReportPages(pagePorts(services, compare, pictures));
  const rememberSetting = (patch: Partial<Settings>): void => {
    const changed = Object.entries(patch).some(([key, value]) => settings.get()[key as keyof Settings] !== value);
    if (changed) settings.set(patch).catch((error: unknown) => reportError(error, { settings: Object.keys(patch).join(', ') }));
  };
  const reports = new ReportService(
    {
      reports: store.reports,
      comparisons: store.comparisons,
      jobs,
      printPdf: o.shell.printPdf,
      folderOf: workspace.report,
      author: { last: () => settings.get().author, remember: (author) => rememberSetting({ author }) },
      logo: { last: () => settings.get().logo, remember: (logo) => rememberSetting({ logo }) },
      announce: (report) => hub.changed('reports', report),
    },
    pages,
  );
  void reports.deleteRemoved();

  const pictureFolders = { thumb: workspace.thumbs, image: workspace.previews };
  const pictureCache = new PictureCache(Object.values(pictureFolders), () => settings.get().pictureSpace * 1e6);
  const pruning = setTimeout(() => void pictureCache.prune(), PRUNE_AFTER_MS).unref();
  const fileAccess = new FileAccess(
    workspace.chosenFiles,
    () => [workspace.folder, ...store.datasets.roots(), ...store.folderSearches.folders()],
    (file) => store.comparisons.includesFile(file),
  );
  const uploads = new Uploads(workspace.uploads, (file) => store.comparisons.includesFile(file) || store.runs.usesWeights(file));
  void uploads.deleteUnused();
  const media = new Media({
    workspace,
    previews: new PreviewService(pictures, pictureFolders, pictureCache),
    access: fileAccess,
    rootOf: (dataset) => store.datasets.header(dataset).root,
    imageOf: (dataset, id) => {
      const { file, sha256 } = store.browse.rows(dataset, [id])[0]!;
      return { file, sha256, sampleBits: store.datasets.header(dataset).sampleBits };
    },
    drawOverlays: (comparison) => compare.drawOverlays(comparison),
    drawFlip: (comparison) => compare.flips.drawPictures(comparison),
    reportFile: (report, format) => reports.lastWrittenFile(report, format),
  });

  return {
    ...services,
    shell: o.shell,
    hub,
    jobs,
    datasets,
    largeDatasets,
    runs,
    plans,
    trainings,
    compare,
    queues,
    automaticDevice: () => {
      const { setting, report } = deviceFacts();
      return chooseDevice({}, setting, report);
    },
    checkJobs,
    pages,
    reports,
    similar,
    media,
    fileAccess,
    uploads,
    pictureCache,
    close: async () => {
      clearTimeout(pruning);
      clearTimeout(checkingSaved);
      await jobs.close();
      await Promise.all([pictures.end(), checker.end(), compute.end(), imports.end(), largeDatasets.close()]);
      await jobs.close(); // jobs that ended only with their process store their status now
      await services.close();
    },
  };
}
