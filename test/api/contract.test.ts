import { describe, expect, expectTypeOf, it } from 'vitest';
import type { AllHandlers } from '../../src/main/api/handler-types.ts';
import { handlers } from '../../src/main/api/handlers/index.ts';
import { type CallArgs, type CallName, type CallResult, CALLS, EVENT_NAMES, type EventName } from '../../src/shared/contract.ts';
import { encode } from '../../src/shared/wire.ts';

describe('the contract', () => {
  it('has a handler for every call, and no handler without a call', () => {
    expect(Object.keys(handlers).sort()).toEqual(Object.keys(CALLS).sort());
    for (const handler of Object.values(handlers)) expect(handler).toBeTypeOf('function');
  });

  it('is what handlers are typed by: input as parsed, result as promised', () => {
    expectTypeOf<keyof AllHandlers>().toEqualTypeOf<CallName>();
    expectTypeOf<keyof typeof handlers>().toEqualTypeOf<CallName>();
    expectTypeOf<Parameters<AllHandlers['runs.evaluate']>[0]>().toEqualTypeOf<CallArgs<'runs.evaluate'>>();
    expectTypeOf<Awaited<ReturnType<AllHandlers['runs.evaluate']>>>().toEqualTypeOf<CallResult<'runs.evaluate'>>();
  });

  it('names every result: none is left unknown', () => {
    type Unnamed = { [N in CallName]: unknown extends CallResult<N> ? N : never }[CallName];
    expectTypeOf<Unnamed>().toEqualTypeOf<never>();
  });

  it('names every event', () => {
    expectTypeOf<(typeof EVENT_NAMES)[number]>().toEqualTypeOf<EventName>();
    expect(new Set(EVENT_NAMES).size).toBe(EVENT_NAMES.length);
  });

  it('takes nothing that it does not name', () => {
    for (const [name, { input }] of Object.entries(CALLS)) {
      const { success } = input.safeParse({ surprise: 1 });
      expect([name, success]).toEqual([name, false]);
    }
  });

  it('is written as text for the network without loss', () => {
    expect(() => encode({ at: new Date(0), set: new Set([1]), bytes: new Uint8Array([1]), nan: Number.NaN })).not.toThrow();
  });
});
