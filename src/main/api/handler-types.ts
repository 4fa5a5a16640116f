import type { CallArgs, CallName, CallResult } from '../../shared/contract.ts';
import type { Workbench } from '../workbench.ts';

/** Second argument of a handler, after the parsed input. */
export interface CallScope {
  workbench: Workbench;
  signal: AbortSignal;
}

export type Handler<N extends CallName> = (args: CallArgs<N>, scope: CallScope) => CallResult<N> | Promise<CallResult<N>>;

/** The handlers of all calls with these prefixes. */
export type HandlersFor<Prefix extends string> = { [N in Extract<CallName, `${Prefix}.${string}`>]: Handler<N> };
export type AllHandlers = { [N in CallName]: Handler<N> };
