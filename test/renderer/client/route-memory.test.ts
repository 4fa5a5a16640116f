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
