import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RowStore } from '../../../src/main/compute/cache/row-store.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { scratch } from '../../doors/cli/kit.ts';

const ROW = 1000; // bytes
const KEYS = Array.from({ length: 40 }, (_, i) => createHash('sha256').update(`image ${i}`).digest('hex'));
const rowOf = (i: number): Uint8Array => {
  const random = randomFor(3, 'row', i);
  return Uint8Array.from({ length: ROW }, () => random.below(256));
};

function opened(folder: string): RowStore {
  const store = new RowStore(folder, 'test', ROW);
  let closed = false;
  const close = store.close.bind(store);
  store.close = () => {
    if (!closed) close();
    closed = true;
  };
  onTestFinished(() => store.close());
  return store;
}

/** A closed cache of all rows. */
function filled(): string {
  const folder = scratch('rows');
  const store = opened(folder);
  for (let i = 0; i < KEYS.length; i += 8)
    store.append(KEYS.slice(i, i + 8), Buffer.concat([...KEYS.slice(i, i + 8).keys()].map((k) => rowOf(i + k))));
  store.close();
  return folder;
}

/** Keys whose rows are missing or damaged. Expects every other row to have the right bytes. */
function lost(store: RowStore): number[] {
  const target = new Uint8Array(ROW);
  return [...KEYS.keys()].filter((i) => {
    if (!store.has(KEYS[i]!) || !store.read(KEYS[i]!, target)) return true;
    expect(Buffer.compare(target, rowOf(i)), `row ${i}`).toBe(0);
    return false;
  });
}

function heal(folder: string, wrong: readonly number[]): void {
  const store = opened(folder);
  expect(lost(store)).toEqual(wrong);
  for (const i of wrong) {
    expect(store.has(KEYS[i]!)).toBe(false);
    store.append([KEYS[i]!], rowOf(i));
  }
  expect(lost(store)).toEqual([]);
  store.close();
  expect(lost(opened(folder))).toEqual([]);
}

function overwrite(file: string, position: number, bytes: Uint8Array): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, bytes, 0, bytes.length, position);
  closeSync(fd);
}

test('an undamaged cache loses nothing', () => {
  heal(filled(), []);
});

test('a flipped bit anywhere in the rows costs this row only', () => {
  const random = randomFor(11, 'flips');
  for (let n = 0; n < 25; n++) {
    const folder = filled();
    const file = join(folder, 'test.rows');
    const at = random.below(statSync(file).size);
    overwrite(file, at, Uint8Array.of(readFileSync(file)[at]! ^ (1 << random.below(8))));
    heal(folder, [Math.floor(at / ROW)]);
  }
});

test('a flipped bit anywhere in the keys costs rows, and never gives a wrong one', () => {
  const random = randomFor(12, 'flips');
  for (let n = 0; n < 40; n++) {
    const folder = filled();
    const file = join(folder, 'test.keys');
    const at = random.below(statSync(file).size);
    overwrite(file, at, Uint8Array.of(readFileSync(file)[at]! ^ (1 << random.below(8))));
    const store = opened(folder);
    const wrong = lost(store);
    expect(wrong.length).toBeGreaterThan(0);
    store.close();
    heal(folder, wrong);
  }
});

test('zeroed and swapped rows, and swapped keys, are found', () => {
  const zeroed = filled();
  overwrite(join(zeroed, 'test.rows'), 7 * ROW, new Uint8Array(ROW));
  heal(zeroed, [7]);

  const swapped = filled();
  overwrite(join(swapped, 'test.rows'), 3 * ROW, rowOf(20));
  overwrite(join(swapped, 'test.rows'), 20 * ROW, rowOf(3));
  heal(swapped, [3, 20]);

  const exchanged = filled();
  const keys = readFileSync(join(exchanged, 'test.keys'));
  const [a, b] = [keys.indexOf(KEYS[5]!, 0, 'hex'), keys.indexOf(KEYS[6]!, 0, 'hex')];
  overwrite(join(exchanged, 'test.keys'), a, Buffer.from(KEYS[6]!, 'hex'));
  overwrite(join(exchanged, 'test.keys'), b, Buffer.from(KEYS[5]!, 'hex'));
  heal(exchanged, [5, 6]);
});

test('truncated files lose their end only', () => {
  const rows = filled();
  truncateSync(join(rows, 'test.rows'), 30 * ROW - 1);
  heal(rows, [29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);

  const keys = filled();
  const file = join(keys, 'test.keys');
  truncateSync(file, statSync(file).size - 1);
  heal(keys, [39]);

  const all = filled();
  truncateSync(join(all, 'test.keys'), 3);
  heal(all, [...KEYS.keys()]);
});

test('a cache of earlier versions, without checksums, is computed again', () => {
  const folder = scratch('rows');
  writeFileSync(join(folder, 'test.rows'), Buffer.concat([...KEYS.keys()].map(rowOf)));
  writeFileSync(join(folder, 'test.keys'), Buffer.from(KEYS.join(''), 'hex'));
  heal(folder, [...KEYS.keys()]);
});

test('a key is written only after its row is synced', () => {
  const folder = scratch('rows');
  const store = opened(folder);
  const empty = statSync(join(folder, 'test.keys')).size;
  store.append(KEYS.slice(0, 2), Buffer.concat([rowOf(0), rowOf(1)]));
  expect(statSync(join(folder, 'test.rows')).size).toBe(2 * ROW);
  expect(statSync(join(folder, 'test.keys')).size).toBe(empty);
  store.flush();
  expect(statSync(join(folder, 'test.keys')).size).toBeGreaterThan(empty);
  expect(lost(opened(folder))).toEqual([...KEYS.keys()].slice(2));
});

test('rows are synced every 64 MB, so that a killed process computes little again', () => {
  const folder = scratch('rows');
  const large = 8 * 2 ** 20;
  const store = new RowStore(folder, 'test', large);
  onTestFinished(() => store.close());
  const empty = statSync(join(folder, 'test.keys')).size;
  const sizes = KEYS.slice(0, 9).map((key) => {
    store.append([key], new Uint8Array(large));
    return statSync(join(folder, 'test.keys')).size - empty;
  });
  expect(sizes.map((size) => size / 40)).toEqual([0, 0, 0, 0, 0, 0, 0, 8, 8]);
});

test('two processes that write the same cache never read each other’s rows as their own', () => {
  const folder = scratch('rows');
  const [one, two] = [opened(folder), opened(folder)];
  one.append(KEYS.slice(0, 4), Buffer.concat([0, 1, 2, 3].map(rowOf)));
  const late = opened(folder); // while rows without keys are there
  two.append(KEYS.slice(2, 6), Buffer.concat([2, 3, 4, 5].map(rowOf)));
  late.append(KEYS.slice(6, 8), Buffer.concat([6, 7].map(rowOf)));
  for (const store of [two, one, late]) {
    lost(store); // compares the bytes
    store.close();
  }
  appendFileSync(join(folder, 'test.keys'), 'half a record');
  expect(lost(opened(folder))).toEqual([...KEYS.keys()].slice(8));
});
