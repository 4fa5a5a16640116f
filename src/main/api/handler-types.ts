import type { CallArgs, CallName, CallResult } from '../../shared/contract.ts';
import type { Workbench } from '../workbench.ts';

/** What a handler is given beside its parsed input. */
export interface CallScope {
  workbench: Workbench;
  signal: AbortSignal;
}

export type Handler<N extends CallName> = (args: CallArgs<N>, scope: CallScope) => CallResult<N> | Promise<CallResult<N>>;

/** The handlers of some of the contract's calls: one file for each room. */
export type HandlersFor<Prefix extends string> = { [N in Extract<CallName, `${Prefix}.${string}`>]: Handler<N> };
export type AllHandlers = { [N in CallName]: Handler<N> };
