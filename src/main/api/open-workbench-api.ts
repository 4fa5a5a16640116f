import { CALLS, type CallName } from '../../shared/contract.ts';
import { AppError } from '../../shared/errors.ts';
import { log } from '../foundation/log/log.ts';
import { reportError } from '../foundation/log/report-error.ts';
import type { Workbench } from '../workbench.ts';
import type { CallScope, Handler } from './handler-types.ts';
import { handlers } from './handlers/index.ts';
import type { WorkbenchApi } from './workbench-api.ts';

/** The contract's implementation on a workbench. */
export function openWorkbenchApi(workbench: Workbench): WorkbenchApi {
  return {
    call: async (name, input, signal = new AbortController().signal) => {
      const startMs = performance.now();
      try {
        if (signal.aborted) throw new AppError('cancelled', 'Cancelled.');
        const value = (await answer(name, input, { workbench, signal })) ?? null;
        log().debug({ call: name, milliseconds: Math.round(performance.now() - startMs) }, 'answered');
        return { ok: true, value };
      } catch (error) {
        return { ok: false, error: reportError(signal.aborted ? new AppError('cancelled', 'Cancelled.') : error, { call: name }) };
      }
    },
    on: (listener) => workbench.hub.on(listener),
    media: (path, signal) => workbench.media.file(path, signal),
    receive: (name, content, group) => workbench.uploads.receive(name, content, group),
    choose: (path) => workbench.fileAccess.add(path),
    busy: () => workbench.jobs.active,
    close: () => workbench.close(),
  };
}

const WITHOUT_DATABASE = /^(?:app|settings|jobs|files|shell)\./;

async function answer(name: string, input: unknown, scope: CallScope): Promise<unknown> {
  if (!Object.hasOwn(CALLS, name)) throw new AppError('usage', `There is no call ${JSON.stringify(name)}.`);
  const call = name as CallName;
  const parsed = CALLS[call].input.safeParse(input ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue!.path.join('.');
    throw new AppError('usage', `${field ? `${field} ` : ''}${issue!.message}.`, { call: name, field: field || null });
  }
  if (!WITHOUT_DATABASE.test(call)) scope.workbench.store.assertInPlace();
  if (CALLS[call].curated) await scope.workbench.largeDatasets.ready();
  return (handlers[call] as Handler<CallName>)(parsed.data as never, scope);
}
