import { expect, test } from 'vitest';
import { RouteMemory } from '../../../src/renderer/client/route-memory.ts';

const pair = { a: 'ds1/3', b: 'ds1/8', queue: 'wrong', n: '7' };

test('a view opens where the person left it; a click on the open view goes to its start', () => {
  const memory = new RouteMemory();
  expect(memory.paramsFor('compare', 'images', 'ds1 r1')).toEqual({});
  memory.store({ view: 'compare', params: pair }, 'ds1 r1');
  memory.store({ view: 'images', params: {} }, 'ds1 r1');
  expect(memory.paramsFor('compare', 'images', 'ds1 r1')).toEqual(pair);
  expect(memory.paramsFor('compare', 'compare', 'ds1 r1')).toEqual({});
});

test('a pair is not opened under another data set or run', () => {
  const memory = new RouteMemory();
  memory.store({ view: 'compare', params: pair }, 'ds1 r1');
  expect(memory.paramsFor('compare', 'images', 'ds2 r1')).toEqual({});
  expect(memory.paramsFor('compare', 'images', 'ds1 r2')).toEqual({});
});

test('the routes of the current choice are restored; entries of another version are ignored', () => {
  const before = new RouteMemory();
  before.store({ view: 'train', params: { run: 'r3' } }, 'ds2 r3');
  before.store({ view: 'compare', params: pair }, 'ds1 r1');
  const stored = JSON.parse(JSON.stringify(before.toStored('ds1 r1'))) as object;
  expect(stored).toEqual({ compare: pair });

  const memory = new RouteMemory();
  memory.restore({ ...stored, reports: { report: 7 }, train: ['r3'], cluster: { k: '5' } }, 'ds1 r1');
  expect(memory.paramsFor('compare', 'images', 'ds1 r1')).toEqual(pair);
  expect(memory.paramsFor('compare', 'images', 'ds2 r1')).toEqual({});
  expect(memory.toStored('ds1 r1')).toEqual({ compare: pair });
  for (const unreadable of [undefined, null, 'compare', []]) memory.restore(unreadable, 'ds1 r1');
  expect(memory.toStored('ds1 r1')).toEqual({ compare: pair });
});
