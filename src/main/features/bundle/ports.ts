import { AppError } from '../../../shared/errors.ts';
import type { BundleStore } from '../../db/bundle/insert.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { Workspace } from '../../foundation/workspace.ts';

export interface BundlePorts {
  workspace: Pick<Workspace, 'folder' | 'database' | 'imported' | 'images' | 'run' | 'comparison'>;
  datasets: Pick<DatasetStore, 'header'>;
  bundles: BundleStore;
  version: string; // of this Twinlens
}

export interface BundleOptions {
  signal: AbortSignal;
  /** Files copied. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Lets the process handle events. Throws AppError 'cancelled'. */
export async function pauseUnless({ signal }: Pick<BundleOptions, 'signal'>): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new AppError('cancelled', 'Cancelled. Nothing was written.');
}
