import { AppError } from '../../../shared/errors.ts';
import type { TablePlan } from '../../../shared/tables.ts';
import type { ApplyPorts } from './ports.ts';
import { type LabelEdits, readLabels } from './read-labels.ts';

async function editsOf({ datasets, images }: ApplyPorts, asked: string, file: string): Promise<LabelEdits & { dataset: string }> {
  const { dataset, root } = datasets.header(asked);
  return { dataset, ...(await readLabels(file, images.all(dataset), root)) };
}

/** What a table would change in a data set. Throws as readLabels does. */
export const planLabels = async (ports: ApplyPorts, dataset: string, file: string): Promise<TablePlan> => (await editsOf(ports, dataset, file)).plan;

/**
 * Relabels and tags images as a table says, with one entry of the history for each class and tag, so that each can be undone. Throws as
 * readLabels does, before anything is changed; 'cancelled' leaves the edits that were made.
 */
export async function applyLabels(
  ports: ApplyPorts,
  asked: string,
  file: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<TablePlan> {
  const { dataset, plan, relabel, tag } = await editsOf(ports, asked, file);
  const edits = [
    ...[...relabel].map(([className, ids]) => ({ kind: 'relabel' as const, ids, className })),
    ...[...tag].map(([name, ids]) => ({ kind: 'tag' as const, ids, tag: name })),
  ];
  for (const [i, edit] of edits.entries()) {
    if (signal.aborted) throw new AppError('cancelled', 'Cancelled. The edits that were made are in the history and can be undone.');
    await ports.edit(dataset, edit);
    onProgress?.(i + 1, edits.length);
  }
  return plan;
}
