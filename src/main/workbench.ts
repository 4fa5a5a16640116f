import { dirname, join } from 'node:path';
import { ComputeHost } from './compute/host/compute-host.ts';
import { withLowPriority, type Launch, launchUnder } from './compute/host/launch.ts';
import { PairQueues } from './features/compare/queues.ts';
import { CompareService } from './features/compare/service.ts';
import { Devices } from './features/models/devices.ts';
import { EventHub } from './foundation/jobs/events.ts';
import { Jobs } from './foundation/jobs/jobs.ts';
import { FileAccess } from './features/media/file-access.ts';
import { PictureCache } from './features/media/picture-cache.ts';
import { PreviewService } from './features/media/preview-service.ts';
import type { LogName } from './foundation/log/log-file.ts';
import { SerialQueue } from './foundation/jobs/serial-queue.ts';
import { LargeSets } from './features/dataset/large-sets.ts';
import { computeEntry, setsEntry } from './foundation/program-folder.ts';
import { ReportPages } from './features/report/pages.ts';
import { ReportService } from './features/report/service.ts';
import { comparePorts, openServices, pagePorts, type Services } from './services.ts';
import { SettingsFile, settingsPath } from './foundation/settings.ts';
import type { Shell } from './foundation/shell.ts';
import { splitDistances } from './features/training/distances.ts';
import { calibrationOf } from './features/training/evaluate.ts';
import { Measures } from './features/training/measure.ts';
import { deleteRemoved } from './features/training/rows.ts';

/** The services, and what a screen needs beside them. */
export interface Workbench extends Services {
  /** A compute process of its own for thumbnails and previews: they neither wait for a training nor die with it. */
  pictures: ComputeHost;
  /** Thumbnails and previews, made by `pictures`. */
  shelf: PreviewService;
  /** What takes long on large data sets, beside everything else. */
  sets: LargeSets;
  /** What those take of the disk. */
  pictureCache: PictureCache;
  /** Image files that may be shown beside those of data sets. */
  grants: FileAccess;
  hub: EventHub;
  jobs: Jobs;
  settings: SettingsFile;
  devices: Devices;
  /** One training at a time. */
  trainings: SerialQueue;
  measures: Measures;
  queues: PairQueues;
  reports: ReportService;
  shell: Shell;
}

export interface WorkbenchOptions {
  workspace?: string | undefined; // default: the one in the settings, else the usual one
  settings?: string | undefined; // file
  shell: Shell;
  command: string;
  log?: LogName | undefined; // as in ServiceOptions
  launch?: Launch | undefined; // of compute processes
}

const TIDY_AFTER_MS = 30_000; // of the start, which has better things to do

/** Takes the workspace for writing. Throws as openServices does. */
export function openWorkbench(o: WorkbenchOptions): Workbench {
  const settings = new SettingsFile(o.settings ?? settingsPath());
  const services = openServices({
    workspace: o.workspace ?? settings.get().workspace ?? undefined,
    write: true,
    command: o.command,
    log: o.log,
    launch: withLowPriority(o.launch ?? launchUnder()),
  });
  deleteRemoved(services);
  const hub = new EventHub();
  const jobs = new Jobs(hub);
  const sets = new LargeSets(services.store, setsEntry(), services.workspace.database);
  const pictures = new ComputeHost(computeEntry(), o.launch, o.log && { folder: services.workspace.logs, name: 'pictures' });
  const { store, workspace } = services;
  const compare = new CompareService(comparePorts(services, pictures, (id) => hub.changed('comparisons', id))); // explains while a training keeps `compute` busy
  compare.deleteUnsaved(new Set(store.reports.comparisons()));
  const pages = new ReportPages(pagePorts({ ...services, rows: sets }, compare));
  const reports = new ReportService(
    {
      reports: store.reports,
      jobs,
      printPdf: o.shell.printPdf,
      folderOf: (report) => workspace.report(report),
      announce: (report) => hub.changed('reports', report),
    },
    pages,
  );
  void reports.deleteRemoved();
  const folders = { thumb: services.workspace.thumbs, image: services.workspace.previews };
  const pictureCache = new PictureCache(Object.values(folders), () => settings.get().pictureSpace * 1e6);
  const tidying = setTimeout(() => void pictureCache.prune(), TIDY_AFTER_MS).unref();
  return {
    ...services,
    rows: sets,
    compare,
    pages,
    reports,
    pictures,
    pictureCache,
    shelf: new PreviewService(pictures, folders, pictureCache),
    sets,
    grants: new FileAccess(
      services.workspace.granted,
      () => [services.workspace.folder, ...services.store.datasets.roots()],
      (file) => services.store.comparisons.names(file),
    ),
    hub,
    jobs,
    settings,
    devices: new Devices(join(dirname(settings.path), 'devices.json')),
    trainings: new SerialQueue(),
    measures: new Measures(services.compute),
    queues: new PairQueues({
      runs: store.runs,
      datasets: store.datasets,
      jobs,
      calibrationOf: (run) => calibrationOf(workspace, run),
      distances: (run, split, options) => splitDistances({ ...services, rows: sets }, run, split, options),
    }),
    shell: o.shell,
    close: async () => {
      clearTimeout(tidying);
      await jobs.close();
      await pictures.end();
      await sets.close();
      await services.close();
    },
  };
}
