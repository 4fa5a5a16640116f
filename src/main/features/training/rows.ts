import { existsSync, rmSync } from 'node:fs';
import { AppError } from '../../../shared/errors.ts';
import type { CatalogueItem } from '../../../shared/weights-catalogue.ts';
import type { RunRow } from '../../../shared/run.ts';
import { backboneName } from '../../../shared/run-words.ts';
import type { AnnotatedRun } from '../../db/runs.ts';
import type { Store } from '../../db/store.ts';
import { readCatalogue } from '../../nn/weights/catalogue.ts';
import { isOutdated } from './network.ts';
import { isDownloaded } from '../../nn/weights/download.ts';
import type { Workspace } from '../../foundation/workspace.ts';

interface Kept {
  store: Store;
  workspace: Workspace;
}

/** Runs as a screen shows them, newest first. */
export function runRows({ store, workspace }: Kept): RunRow[] {
  const snapshots = new Map(store.datasets.list().map(({ dataset, snapshot }) => [dataset, snapshot]));
  return store.runs.listAnnotated().map((run) => rowOf(run, snapshots.get(run.dataset), workspace));
}

export function runRow({ store, workspace }: Kept, id: string): RunRow {
  const run = store.runs.annotated(id);
  return rowOf(run, store.datasets.get(run.dataset).snapshot, workspace);
}

/** `snapshot`: of the data set as it is now; undefined where it was taken off the lists, when nobody can say. */
const rowOf = (run: AnnotatedRun, snapshot: string | undefined, workspace: Workspace): RunRow => ({
  ...run,
  stale: snapshot !== undefined && snapshot !== run.snapshot,
  outdated: isOutdated(workspace, run),
});

/** Deletes the networks of runs that were removed before; the runs' figures stay for the comparisons that rest on them. */
export function deleteRemoved({ store, workspace }: Kept): void {
  for (const id of store.runs.removed()) rmSync(workspace.run(id), { recursive: true, force: true });
}

/** Throws AppError 'not-found' where the files are gone already. */
export function restoreRun({ store, workspace }: Kept, id: string): void {
  const run = store.runs.get(id);
  if (run.epochs.length > 0 && !existsSync(workspace.run(id)))
    throw new AppError('not-found', `The network of run ${id} was deleted when Twinlens was started anew. Train again with the same settings.`);
  store.runs.restore(id);
}

export function catalogueItems(catalogue: string, workspace: Workspace): CatalogueItem[] {
  return readCatalogue(catalogue).map((entry) => {
    const sizes = entry.files.map(({ bytes }) => bytes);
    return {
      id: entry.id,
      backbone: entry.backbone,
      title: backboneName(entry.backbone),
      about: entry.about,
      bytes: sizes.some((bytes) => bytes === null) ? null : sizes.reduce<number>((sum, bytes) => sum + bytes!, 0),
      host: new URL(entry.files[0]!.url).host,
      licence: entry.licence,
      licenceUrl: entry.licenceUrl,
      downloaded: isDownloaded(entry, workspace.weights),
    };
  });
}
