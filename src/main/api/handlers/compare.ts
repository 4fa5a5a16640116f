import type { Workbench } from '../../workbench.ts';
import type { QueueRequest } from '../../../shared/contract.ts';
import type { PairQueue } from '../../../shared/explore.ts';
import { AppError } from '../../../shared/errors.ts';
import { beside, mapsOf } from '../../features/compare/explanations.ts';
import type { CallScope, HandlersFor } from '../handler-types.ts';

export const compareHandlers: HandlersFor<'compare'> = {
  'compare.explain': async (request, { bench, signal }) => {
    for (const ref of [request.a, request.b]) if ('file' in ref) await chosen(bench, ref.file);
    return bench.explanations.explain(beside(bench), request, signal);
  },
  'compare.maps': ({ comparison }, { bench }) => mapsOf(bench, comparison),
  'compare.queue': queue,
  'compare.list': ({ saved }, { bench }) => bench.store.comparisons.list({ saved }),
  'compare.get': ({ comparison }, { bench }) => bench.store.comparisons.get(comparison),
  'compare.annotate': ({ comparison, ...notes }, { bench }) => changed(bench, comparison, () => bench.store.comparisons.annotate(comparison, notes)),
  'compare.remove': ({ comparison }, { bench }) =>
    changed(bench, comparison, () => {
      bench.store.comparisons.remove(comparison);
      return null;
    }),
  'compare.restore': ({ comparison }, { bench }) =>
    changed(bench, comparison, () => {
      bench.store.comparisons.restore(comparison);
      return null;
    }),
};

async function chosen(bench: Workbench, file: string): Promise<void> {
  if (await bench.grants.allows(file)) return;
  throw new AppError('bad-request', `${file} was not chosen in this workbench: choose it with “A file…”, or drop it on a slot.`, { file });
}

function changed<T>(bench: Workbench, id: string, work: () => T): T {
  const result = work();
  bench.hub.changed('comparisons', id);
  return result;
}

/** Shown as a job only while images are read for the first time; the ranking itself takes no time. */
async function queue(request: QueueRequest, { bench, signal }: CallScope): Promise<PairQueue> {
  let tell: ((p: { done: number; total: number; text: string }) => void) | null = null;
  let end = (): void => undefined;
  const ended = new Promise<void>((done) => (end = done));
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let job: string | null = null;
  try {
    return await bench.queues.get(bench, request, {
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        job ??= bench.jobs.start({ kind: 'rank', title: `Measuring ${request.split} pairs`, subject: request.run }, async (context) => {
          context.signal.addEventListener('abort', stop, { once: true });
          tell = context.progress;
          await ended;
          if (context.signal.aborted) throw new AppError('cancelled', 'Cancelled.');
          return null;
        }).job;
        tell?.({ done, total, text: `Reading images once: ${done} of ${total}` });
      },
    });
  } finally {
    signal.removeEventListener('abort', stop);
    end();
  }
}
