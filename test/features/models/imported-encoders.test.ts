import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { ComputeHost } from '../../../src/main/compute/host/compute-host.ts';
import { inspectEncoder } from '../../../src/main/compute/import-encoder/inspect-encoder.ts';
import { storeEncoder } from '../../../src/main/compute/import-encoder/store-encoder.ts';
import { type ImportedEncoderPorts, ImportedEncoders } from '../../../src/main/features/models/imported-encoders.ts';
import { openImported } from '../../../src/main/nn/engines/imported/session.ts';
import { errorOf, scratchFolder } from '../../nn/weights/specs.ts';

const FOLDER = fileURLToPath(new URL('../../nn/fixtures/onnx', import.meta.url));
const fixture = (name: string): string => join(FOLDER, `${name}.onnx`);
const SMALL = { size: 32 } as const;

/** The real tasks, in this process: starting one for each model takes half a second. */
const openCompute = (): ReturnType<ImportedEncoderPorts['openCompute']> => ({
  ask: (async (task: string, args: never, { signal = new AbortController().signal, onProgress = () => undefined } = {}) => {
    const context = { signal, progress: onProgress } as never;
    return task === 'inspectEncoder' ? inspectEncoder(args, context) : storeEncoder(args, context);
  }) as ComputeHost['ask'],
  end: () => Promise.resolve(),
});

let folder = '';
let users: string[] = [];
let encoders: ImportedEncoders;
const open = (more: Partial<ImportedEncoderPorts> = {}): ImportedEncoders =>
  new ImportedEncoders({ folder, openCompute, trialImages: () => [], runsUsing: () => users, ...more });

beforeEach(() => {
  folder = join(scratchFolder(), 'imported');
  users = [];
  encoders = open();
});

const signal = (): AbortSignal => new AbortController().signal;
const add = (path: string, choices: object = SMALL): ReturnType<ImportedEncoders['add']> => encoders.add({ path, choices }, { signal: signal() });
const sha256 = (...files: string[]): string => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
};

test('an added encoder is listed, runs from its folder, and can be removed', async () => {
  expect(encoders.list()).toEqual([]);
  const added = await add(fixture('external'), { ...SMALL, id: 'patches-8', title: 'Patch means', licence: 'MIT' });
  expect(added).toMatchObject({ id: 'patches-8', title: 'Patch means', file: 'external.onnx', channels: 4, licence: 'MIT' });
  expect(added.sha256).toBe(sha256(fixture('external'), join(FOLDER, 'external.bin')));
  expect(encoders.get('patches-8')).toEqual(added);
  expect(encoders.list()).toMatchObject([{ id: 'patches-8', bytes: expect.any(Number) as number }]);
  expect(readdirSync(encoders.folderOf('patches-8')).sort()).toEqual(['encoder.json', 'external.bin', 'external.onnx']);

  const session = await openImported(added, encoders.folderOf('patches-8'));
  expect(await session.shapeAt(64)).toEqual({ channels: 4, height: 8, width: 8 });
  await session.close();

  users = ['Run 3', 'Run 5'];
  await errorOf(() => encoders.remove('patches-8'), 'bad-request').then(({ message }) => expect(message).toContain('is used by Run 3 and Run 5'));
  users = [];
  encoders.remove('patches-8');
  expect([existsSync(join(folder, 'patches-8')), encoders.list()]).toEqual([false, []]);
  await errorOf(() => encoders.remove('patches-8'), 'not-found');
});

test('a value inside the graph is stored as the only output', async () => {
  const added = await add(fixture('classifier'), {});
  expect(added.output.name).toBe('last_map');
  const stored = join(encoders.folderOf(added.id), added.file);
  expect(added.sha256).toBe(sha256(stored));
  expect(added.sha256).not.toBe(sha256(fixture('classifier')));
});

test('the same file restores an encoder whose files were lost or changed, under its first record', async () => {
  const added = await add(fixture('map'), { ...SMALL, id: 'map', title: 'Patch means' });
  const file = join(encoders.folderOf('map'), added.file);
  for (const damage of [() => rmSync(file), () => writeFileSync(file, readFileSync(file).fill(0, 200, 300))]) {
    damage();
    await errorOf(() => add(fixture('classifier'), { ...SMALL, id: 'map', output: 'last_map' }), 'bad-request');
    expect(await add(fixture('map'), { ...SMALL, id: 'map', title: 'Another title' })).toEqual(added);
    expect(sha256(file)).toBe(added.sha256);
  }
  expect(readdirSync(folder)).toEqual(['map']);
});

test('nothing is stored by halves', async () => {
  const bad = await errorOf(() => add(fixture('nan')), 'bad-weights');
  expect(bad.message).toMatch(/^nan\.onnx can’t be added\. Its features have values that are not numbers/);
  await add(fixture('map'));
  await errorOf(() => add(fixture('map')), 'bad-request').then(({ message }) => expect(message).toContain('named map already'));
  expect(readdirSync(folder)).toEqual(['map']);

  // The file changes between the inspection and the copy; a person cancels while it is copied.
  const changing = open({
    openCompute: () => ({
      ...openCompute(),
      ask: (async (task: string, args: { path: string }, options: never) => {
        if (task === 'storeEncoder') copyFileSync(fixture('pooled'), args.path);
        return openCompute().ask(task as 'storeEncoder', args as never, options);
      }) as ComputeHost['ask'],
    }),
  });
  const path = join(scratchFolder(), 'changing.onnx');
  copyFileSync(fixture('map'), path);
  await errorOf(() => changing.add({ path, choices: SMALL }, { signal: signal() }), 'bad-weights');
  const cancelling = new AbortController();
  await errorOf(
    () => encoders.add({ path: fixture('tokens'), choices: SMALL }, { signal: cancelling.signal, onProgress: () => cancelling.abort() }),
    'cancelled',
  );
  expect(readdirSync(folder)).toEqual(['map']);
});

test('a damaged record is left out of the list, and can be removed', async () => {
  mkdirSync(join(folder, 'broken'), { recursive: true });
  writeFileSync(join(folder, 'broken', 'encoder.json'), JSON.stringify({ id: 'broken', file: '../../secret' }));
  expect(encoders.list()).toEqual([]);
  await errorOf(() => encoders.get('broken'), 'bad-weights');
  await errorOf(() => encoders.get('../map'), 'not-found');
  encoders.remove('broken');
  expect(readdirSync(folder)).toEqual([]);
});

test('an encoder whose record was lost or damaged can be added again, even while runs use it', async () => {
  const { addedMs: _, ...added } = await add(fixture('map'));
  users = ['Run 3'];
  const record = join(encoders.folderOf('map'), 'encoder.json');
  for (const damage of [() => rmSync(record), () => writeFileSync(record, '{')]) {
    damage();
    expect(await add(fixture('map'))).toMatchObject(added);
    expect(encoders.list()).toMatchObject([added]);
  }
});

test('a crash of the process that tries a model is told in words', async () => {
  const entry = join(scratchFolder(), 'crash.cjs');
  writeFileSync(entry, "process.on('message', () => process.kill(process.pid, 'SIGSEGV'));");
  encoders = open({ openCompute: () => new ComputeHost(entry) });
  const crash = await errorOf(() => encoders.inspect({ path: fixture('map'), choices: {} }, signal()), 'bad-weights');
  expect(crash.message).toBe(
    'The process that tried map.onnx crashed. Nothing was stored, and Twinlens is still running. Export the model again, or choose another one.',
  );
});
