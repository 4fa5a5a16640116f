import { CALLS, type CallName } from '../../shared/contract.ts';
import { AppError, toWireError } from '../../shared/errors.ts';
import { mediaFor, receiveFile } from '../features/media/media.ts';
import type { Workbench } from '../workbench.ts';
import type { CallScope, Handler } from './handler-types.ts';
import { handlers } from './handlers/index.ts';
import type { Answer, WorkbenchApi } from './workbench-api.ts';

/** The workbench behind its contract. */
export function openWorkbenchApi(bench: Workbench): WorkbenchApi {
  return {
    call: async (name, input, signal = new AbortController().signal) => {
      try {
        if (signal.aborted) throw new AppError('cancelled', 'Cancelled.');
        return { ok: true, value: (await answer(name, input, { bench, signal })) ?? null };
      } catch (error) {
        return refusal(signal.aborted ? new AppError('cancelled', 'Cancelled.') : error);
      }
    },
    on: (listener) => bench.hub.on(listener),
    media: (path, signal) => mediaFor(bench, path, signal),
    receive: (name, bytes) => receiveFile(bench, name, bytes),
    choose: (path) => bench.grants.add(path),
    busy: () => bench.jobs.active,
    close: () => bench.close(),
  };
}

function refusal(error: unknown): Answer {
  return { ok: false, error: toWireError(error) };
}

/** Calls that look at data sets as a person curated them: their pairs, or what a run is told by. */
const SEES_PAIRS = /^(?:(?:runs|compare|reports)\.|datasets\.(?:list|get|relocate)$)/;

async function answer(name: string, input: unknown, scope: CallScope): Promise<unknown> {
  if (!Object.hasOwn(CALLS, name)) throw new AppError('usage', `There is no call ${JSON.stringify(name)}.`);
  const call = name as CallName;
  const parsed = CALLS[call].input.safeParse(input ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue!.path.join('.');
    throw new AppError('usage', `${field ? `${field} ` : ''}${issue!.message}.`, { call: name, field: field || null });
  }
  if (SEES_PAIRS.test(call)) await scope.bench.sets.ready();
  return (handlers[call] as Handler<CallName>)(parsed.data as never, scope);
}
