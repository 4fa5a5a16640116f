import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { AllHandlers } from '../../src/main/api/handler-types.ts';
import { handlers } from '../../src/main/api/handlers/index.ts';
import { type CallArgs, type CallName, type CallResult, CALLS } from '../../src/shared/contract.ts';
import { EVENT_NAMES, type EventName } from '../../src/shared/events.ts';
import { decode, encode } from '../../src/shared/wire.ts';

describe('the contract', () => {
  it('has a handler for every call, and no handler without a call', () => {
    expect(Object.keys(handlers).sort()).toEqual(Object.keys(CALLS).sort());
    for (const handler of Object.values(handlers)) expect(handler).toBeTypeOf('function');
  });

  it('types the handlers: input as parsed, result as declared', () => {
    expectTypeOf<keyof AllHandlers>().toEqualTypeOf<CallName>();
    expectTypeOf<keyof typeof handlers>().toEqualTypeOf<CallName>();
    expectTypeOf<Parameters<AllHandlers['runs.evaluate']>[0]>().toEqualTypeOf<CallArgs<'runs.evaluate'>>();
    expectTypeOf<Awaited<ReturnType<AllHandlers['runs.evaluate']>>>().toEqualTypeOf<CallResult<'runs.evaluate'>>();
  });

  it('declares a type for every result', () => {
    type Unnamed = { [N in CallName]: unknown extends CallResult<N> ? N : never }[CallName];
    expectTypeOf<Unnamed>().toEqualTypeOf<never>();
  });

  it('lists every event once', () => {
    expectTypeOf<(typeof EVENT_NAMES)[number]>().toEqualTypeOf<EventName>();
    expect(new Set(EVENT_NAMES).size).toBe(EVENT_NAMES.length);
  });

  it('rejects every field that it does not name, at any depth', () => {
    const open = Object.entries(CALLS).flatMap(([name, { input }]) => openObjects(input, name));
    // runs.plan checks each choice of a planned training itself, to answer with a sentence for each problem.
    // seedsProblem checks the seeds as a whole.
    expect(open.sort()).toEqual(['runs.plan.choices', 'runs.start.seeds[]']);
    expect(openObjects(z.strictObject({ a: z.array(z.object({ b: z.string() })).optional() }), 'x')).toEqual(['x.a[]']);
  });

  it('refuses an unknown field beside valid input', () => {
    const valid = { dataset: 'd1', id: 3 };
    const { input } = CALLS['images.problem'];
    expect(input.safeParse(valid).success).toBe(true);
    expect(input.safeParse({ ...valid, unknown: 1 })).toMatchObject({ success: false, error: { issues: [{ code: 'unrecognized_keys' }] } });
  });

  it('is encoded as text and decoded without loss', () => {
    const value = {
      ...{ at: new Date(1e12), set: new Set([1, 'a']), map: new Map([['k', [null]]]), bytes: new Uint8Array([0, 255]) },
      ...{ nan: Number.NaN, infinities: [Infinity, -Infinity], zero: -0, nothing: undefined, floats: Float32Array.of(0.1, NaN) },
      ...{ text: 'quote " line\n\u2028 </script> \ud800', nested: [{ deep: [[]] }] },
    };
    const text = encode(value);
    expect(typeof text).toBe('string');
    expect(decode(text)).toStrictEqual(value);
    expect(Object.is((decode(text) as typeof value).zero, -0)).toBe(true);
  });
});

/** Paths of the objects in a schema that accept unknown fields. */
function openObjects(schema: z.core.$ZodType, path: string): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object': {
      const fields = Object.entries(def.shape).flatMap(([name, field]) => openObjects(field, `${path}.${name}`));
      return def.catchall?._zod.def.type === 'never' ? fields : [path, ...fields];
    }
    case 'record':
    case 'unknown':
      return [path];
    case 'array':
      return openObjects(def.element, `${path}[]`);
    case 'tuple':
      return def.items.flatMap((item, i) => openObjects(item, `${path}[${i}]`));
    case 'union':
      return def.options.flatMap((option, i) => openObjects(option, `${path}|${i}`));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return openObjects(def.innerType, path);
    case 'string':
    case 'number':
    case 'boolean':
    case 'enum':
    case 'literal':
      return [];
    default:
      throw new Error(`${path}: this test does not know the schema type ${def.type}.`);
  }
}

it('what a caller gets wrong is said in words, not in those of the schema library', () => {
  const messageOf = (call: keyof typeof CALLS, request: unknown): string => {
    const { error } = CALLS[call].input.safeParse(request);
    const { path, message } = error!.issues[0]!;
    return `${path.join('.')} ${message}`;
  };
  const threshold = (choice: unknown, reason: unknown = ''): string => messageOf('runs.setThreshold', { run: 'r1', choice, reason });
  expect([
    threshold({ rule: 'best' }),
    threshold({}),
    threshold({ rule: 'even' }, 'x'.repeat(2001)),
    threshold({ rule: 'even' }, 1),
    threshold({ rule: 'even', limit: 1 }),
    messageOf('pairs.check', { dataset: 'things' }),
    messageOf('runs.metrics', { run: 'r1', split: 'train' }),
    messageOf('runs.differences', { runs: ['r1'] }),
  ]).toEqual([
    'choice.rule is none of the choices',
    'choice.rule is none of the choices',
    'reason must have at most 2,000 characters',
    'reason must be a text',
    'choice has the unknown entry limit',
    'file is missing',
    'split must be one of test, valid',
    'runs must have at least 2 entries',
  ]);
});
