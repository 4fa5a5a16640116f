import { existsSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { AddedWeightsFolder, inspectWeights } from '../../../src/main/features/models/added-weights.ts';
import { HostProbe } from '../../../src/main/features/models/reach.ts';
import { Shelf } from '../../../src/main/features/models/shelf.ts';
import { WeightsLibrary } from '../../../src/main/features/models/weights.ts';
import { writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import { someConfig } from '../../db/records.ts';
import { writeShards } from '../../nn/weights/foreign-files.ts';
import { errorOf, mobileNetV2Specs, randomTensors, scratchFolder } from '../../nn/weights/specs.ts';
import { computeInProcess } from '../training/training-in-process.ts';

const folder = scratchFolder();
const tensors = randomTensors(mobileNetV2Specs(0.35), 1);
const file = join(folder, 'My narrow net.safetensors');
writeSafetensors(file, tensors, { 'twinlens.licence': 'CC0-1.0' });
const backbone = 'mobilenet_v2_035';
const { signal } = new AbortController();

let downloads = '';
let sources: string[] = []; // weights of runs
let weights: WeightsLibrary;
let shelf: Shelf;
beforeEach(() => {
  downloads = join(scratchFolder(), 'weights');
  sources = [];
  weights = new WeightsLibrary({ catalogue: resolve('resources', 'weights.json'), downloads, compute: computeInProcess });
  const runs = { list: () => sources.map((source, i) => ({ run: `r${i + 1}`, config: { ...someConfig, weights: { source } } })) as never };
  shelf = new Shelf({ downloads, weights, imported: { list: () => [], folderOf: String, remove: () => undefined }, probe: new HostProbe(), runs });
});
const add = (path = file, title = 'My narrow net') => weights.added.add({ path, backbone, title, licence: null }, ['taken'], signal);

describe('a weights file', () => {
  it('is inspected by its header: its files, network, licence and a title', () => {
    expect(inspectWeights(file)).toMatchObject({
      ...{ files: ['My narrow net.safetensors'], network: backbone, backbone, licence: 'CC0-1.0', title: 'My narrow net', problem: null },
    });
    const shards = inspectWeights(writeShards(join(folder, 'narrow'), tensors, 2));
    expect(shards).toMatchObject({
      title: 'narrow',
      problem: null,
      files: [expect.stringContaining('index.json') as string, expect.anything(), expect.anything()],
    });
    expect(inspectWeights(file, 'resnet18').problem).toContain('These weights are for another network than resnet18');
    const strange = join(folder, 'strange.safetensors');
    writeSafetensors(strange, new Map([['x', { shape: [2], data: new Float32Array(2) }]]));
    expect(inspectWeights(strange)).toMatchObject({ backbone: null, problem: expect.stringContaining('no network that Twinlens has') as string });
    writeSafetensors(strange, new Map([['x', { shape: [2], data: new Float32Array(2) }]]), { 'twinlens.backbone': 'patches' });
    expect(inspectWeights(strange).problem).toContain('this file is for patches, which takes no weights');
  });

  it('is copied to the shelf, and starts a training by its id although the file is gone', async () => {
    const at = join(folder, 'leaving');
    const { id } = await add(writeShards(at, tensors, 2), 'Leaving');
    rmSync(at, { recursive: true });
    expect(id).toBe('leaving');
    expect(shelf.list().find((model) => model.id === id)).toMatchObject({ source: 'file', backbone, title: 'Leaving', state: 'here', usedBy: [] });
    const found = await weights.find(id, backbone, {});
    expect(found.path).toContain(join(downloads, 'leaving'));
    expect(found.info).toMatchObject({ source: 'leaving', flavour: 'torch' });
    expect((await errorOf(() => weights.find(id, 'resnet18', {}), 'bad-weights')).message).toContain(`are for ${backbone}, not for resnet18`);
    expect(weights.known().map((one) => one.id)).toContain('leaving');
  });

  it('gets an unused id, and the licence in it', async () => {
    expect([(await add()).id, (await add()).id, (await add(file, 'Taken')).id, (await add(file, 'резнет')).id]).toEqual([
      ...['my_narrow_net', 'my_narrow_net_2', 'taken_2', `${backbone}_2`],
    ]);
    expect(weights.added.find('my_narrow_net')!.licence).toBe('CC0-1.0');
    expect(weights.added.find(`../${basename(downloads)}/my_narrow_net`)).toBeNull();
  });

  it('is refused whole if it is broken: nothing is left of it', async () => {
    const broken = join(folder, 'broken.safetensors');
    const values = new Map(tensors);
    const [name, { shape }] = [...tensors][0]!;
    values.set(name, { shape, data: new Float32Array(tensors.get(name)!.data.length).fill(NaN) });
    writeSafetensors(broken, values);
    expect(inspectWeights(broken).problem).toBeNull();
    expect((await errorOf(() => add(broken), 'bad-weights')).message).toContain('These weights are broken');
    truncateSync(broken, 1000);
    await errorOf(() => add(broken), 'bad-weights');
    const cancelling = new AbortController();
    const ask = async (call: 'weights', args: never): Promise<never> => {
      const info = await computeInProcess.ask(call, args);
      cancelling.abort(); // before the files are copied
      return info as never;
    };
    const added = new AddedWeightsFolder(downloads, { ask } as unknown as typeof computeInProcess);
    await errorOf(() => added.add({ path: file, backbone, title: 'x', licence: null }, [], cancelling.signal), 'cancelled');
    expect(existsSync(downloads) ? readdirSync(downloads) : []).toEqual([]);
  });

  it('stays while runs started from it, and is deleted otherwise', async () => {
    const { id } = await add();
    sources = ['other', id];
    expect((await errorOf(() => shelf.remove(id), 'bad-request')).message).toBe('My narrow net is the start of run 2. Remove this run first.');
    sources = ['other'];
    await shelf.remove(id);
    expect(readdirSync(downloads)).toEqual([]);
    expect(existsSync(file)).toBe(true);
  });

  it('with a damaged record is left out of the shelf', async () => {
    const { id, folder: at } = await add();
    writeFileSync(join(at, 'added.json'), '{');
    expect(shelf.list().some((model) => model.id === id)).toBe(false);
    renameSync(join(at, 'added.json'), join(at, 'other.json'));
    expect(weights.added.list()).toEqual([]);
  });
});
