import { basename, join } from 'node:path';
import type { CallArgs } from '../../../shared/contract.ts';
import type { CurationState } from '../../../shared/curation.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import { countText } from '../../../shared/format.ts';
import type { Job } from '../../../shared/job.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { Store } from '../../db/store.ts';
import { isFolder, writeFileAtomically } from '../../foundation/files.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { JobContext, Jobs } from '../../foundation/jobs/jobs.ts';
import type { Change } from './edit.ts';
import { portableName, timestamp } from '../../foundation/file-names.ts';
import { runImport, inspectWith } from './import.ts';
import type { LargeDatasets } from './large-datasets.ts';
import { pairProblemsCsv } from './pair-lists.ts';
import { VERIFIED_IMAGES, verifyFolder } from './relocate.ts';
import { spreadIds } from './spread-ids.ts';

export interface DatasetPorts {
  store: Pick<Store, 'datasets' | 'browse' | 'pairSets'>;
  threads: Pick<LargeDatasets, 'begin' | 'change' | 'writeCsv' | 'copy'>;
  compute: Pick<ComputeHost, 'ask' | 'end'>; // for imports only; ended when the last one has ended
  jobs: Pick<Jobs, 'start'>;
  hub: Pick<EventHub, 'changed'>;
  folders: { samples: string; exports: string };
  /** The sample data set was created. */
  onSample(dataset: string): void;
}

const DEBOUNCE_MS = 400; // edits in quick succession are announced once: listeners may reload the whole data set

/** Imports, exports, removes, relocates and curates data sets. */
export class Datasets {
  private readonly ports: DatasetPorts;
  private imports = 0; // that use the compute process
  private readonly announcements = new Map<string, NodeJS.Timeout>(); // by data set

  constructor(ports: DatasetPorts) {
    this.ports = ports;
  }

  startImport(request: CallArgs<'datasets.import'>): Job {
    return this.ports.jobs.start({ kind: 'import', title: `Importing ${request.name ?? request.folder}`, subject: null }, (job) =>
      this.withCompute(() => this.import(request, job)),
    );
  }

  /** Generates the sample data set and imports it. */
  startSample(): Job {
    const { jobs, compute, folders, onSample } = this.ports;
    return jobs.start({ kind: 'sample', title: 'Creating sample data set', subject: null }, (job) =>
      this.withCompute(async () => {
        const { images } = await compute.ask(
          'drawSample',
          { folder: join(folders.samples, 'tiles'), seed: 1 },
          {
            signal: job.signal,
            onProgress: ({ done, total }) => job.progress({ done, total, text: `Creating images: ${countText(done)} of ${countText(total)}` }),
          },
        );
        const imported = await this.import({ folder: images, name: 'sample' }, job);
        onSample(imported.dataset);
        return imported;
      }),
    );
  }

  /** Hides a data set; it can be restored until Twinlens restarts. */
  remove(dataset: string): void {
    this.ports.store.datasets.remove(dataset);
    this.ports.hub.changed('datasets', dataset);
  }

  restore(dataset: string): void {
    this.ports.store.datasets.restore(dataset);
    this.ports.hub.changed('datasets', dataset);
  }

  async folder(dataset: string): Promise<{ root: string; exists: boolean }> {
    const { root } = this.ports.store.datasets.header(dataset);
    return { root, exists: await isFolder(root) };
  }

  /** Stores `folder` as the data set's new folder. Throws AppError 'not-found', or 'bad-dataset' if the images differ. */
  async relocate(dataset: string, folder: string): Promise<DatasetSummary> {
    const { datasets, browse } = this.ports.store;
    const { images } = datasets.header(dataset);
    datasets.relocate(dataset, await verifyFolder(browse.rows(dataset, spreadIds(images, VERIFIED_IMAGES)), folder));
    this.ports.hub.changed('datasets', dataset);
    return datasets.get(dataset);
  }

  startExport({ dataset, format, out }: CallArgs<'datasets.export'>): Job {
    const { store, threads, jobs, folders } = this.ports;
    const { name } = store.datasets.header(dataset);
    const title = format === 'csv' ? `Exporting ${name} as CSV` : `Copying ${name}`;
    return jobs.start({ kind: 'export', title, subject: dataset }, async ({ signal, progress }) => {
      if (format === 'csv') {
        const file = out ?? join(folders.exports, `${portableName(name)} ${timestamp()}.csv`);
        await threads.writeCsv(dataset, file);
        return { file };
      }
      if (out === undefined) throw new AppError('usage', 'Choose a folder for the copy.');
      await threads.copy(dataset, out, signal, (done, total) => {
        progress({ done, total, text: `Copying images: ${countText(done)} of ${countText(total)}` });
      });
      return { file: out };
    });
  }

  /** Writes the rows of a file of pairs that can't be used as CSV into the exports folder. */
  async exportPairProblems(dataset: string, file: string): Promise<{ file: string }> {
    const { store, folders } = this.ports;
    const out = join(folders.exports, `${portableName(basename(file))} problems ${timestamp()}.csv`);
    await writeFileAtomically(out, pairProblemsCsv(store, dataset, file));
    return { file: out };
  }

  /** Applies an edit, an undo or a redo. Throws as CurationStore does. */
  async change(dataset: string, change: Change): Promise<CurationState> {
    const state = await this.ports.threads.change(dataset, change);
    clearTimeout(this.announcements.get(state.dataset));
    const timer = setTimeout(() => this.ports.hub.changed('datasets', state.dataset), DEBOUNCE_MS);
    this.announcements.set(state.dataset, timer.unref());
    return state;
  }

  /** Ends the compute process after the last import, since it is idle and takes 80 MB. */
  private async withCompute<R>(work: () => Promise<R>): Promise<R> {
    this.imports += 1;
    try {
      return await work();
    } finally {
      this.imports -= 1;
      if (this.imports === 0) void this.ports.compute.end();
    }
  }

  private async import(request: CallArgs<'datasets.import'>, { signal, progress, setSubject }: JobContext): Promise<{ dataset: string }> {
    const started = await this.ports.threads.begin(request, signal);
    const dataset = await runImport(started, {
      inspect: inspectWith(this.ports.compute),
      signal,
      onProgress: (done, total) => {
        progress({ done, total, text: `Reading images: ${countText(done)} of ${countText(total)}` });
      },
    });
    setSubject(dataset);
    this.ports.hub.changed('datasets', dataset);
    return { dataset };
  }
}
