import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { OUTDATED } from '../../../shared/run-words.ts';
import { siameseParams } from '../../nn/siamese.ts';
import { openSafetensors } from '../../nn/weights/safetensors.ts';
import type { Workspace } from '../../foundation/workspace.ts';

type Judged = Pick<RunRecord, 'run' | 'config'>;

const known = new Map<string, { writtenMs: number; outdated: boolean }>(); // by file

/**
 * Whether a run's network was stored by a Twinlens that builds this kind of network otherwise: its checkpoint lacks tensors that
 * are needed now, has others, or has them in other shapes. False where nothing is stored. Only headers of files are read, once.
 */
export function isOutdated(workspace: Workspace, run: Judged): boolean {
  const folder = workspace.run(run.run);
  const best = join(folder, 'best.safetensors');
  if (!existsSync(best)) return false;
  const writtenMs = statSync(best).mtimeMs;
  const before = known.get(best);
  if (before?.writtenMs === writtenMs) return before.outdated;
  const outdated = differs(run, [join(folder, 'base.safetensors'), best]);
  known.set(best, { writtenMs, outdated });
  return outdated;
}

/** Throws AppError 'bad-request' for a run whose network this program can't run. */
export function refuseOutdated(workspace: Workspace, run: Judged): void {
  if (isOutdated(workspace, run)) throw new AppError('bad-request', `Run ${run.run}: ${OUTDATED}`, { run: run.run });
}

function differs({ config }: Judged, files: readonly string[]): boolean {
  const { backbone, flavour, size, dim } = config;
  const wanted = new Map(siameseParams({ backbone, flavour, size, dim }).map(({ name, shape }) => [name, shape.join()]));
  try {
    const stored = files.flatMap(shapesIn);
    return stored.length !== wanted.size || stored.some(([name, shape]) => wanted.get(name) !== shape);
  } catch {
    return false; // missing or damaged: whoever opens it says so
  }
}

function shapesIn(file: string): [string, string][] {
  const source = openSafetensors(file);
  try {
    return [...source.entries].map(([name, shape]) => [name, shape.join()]);
  } finally {
    source.close();
  }
}
