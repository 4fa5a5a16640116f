import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ComputeHost } from '../../src/main/compute/host/compute-host.ts';
import { findNode, withPriorityOf, launchUnder } from '../../src/main/rpc/launch.ts';
import { computeEntry } from '../../src/main/foundation/program-folder.ts';
import { temporaryFolder } from '../features/dataset/png-files.ts';

function nodeAt(file: string, version: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe.skipIf(process.platform === 'win32')('the Node that computes beside a desktop program', () => {
  const empty = { PATH: '' };
  const nowhere = { resources: '/nowhere', project: '/nowhere' };

  it('is the packaged one, if there is one', () => {
    const resources = temporaryFolder();
    const packaged = nodeAt(join(resources, 'node', 'bin', 'node'), 'v24.0.0');
    const project = temporaryFolder();
    nodeAt(join(project, '.toolchain', 'node', 'bin', 'node'), 'v24.0.0');
    expect(findNode({ resources, project }, { PATH: dirname(process.execPath) })).toBe(packaged);
  });

  it('is the one in .toolchain, else the first on PATH that is new enough', () => {
    const project = temporaryFolder();
    const own = nodeAt(join(project, '.toolchain', 'node', 'bin', 'node'), 'v24.21.0');
    expect(findNode({ ...nowhere, project }, empty)).toBe(own);
    const [old, almost, good] = ['v20.19.0', 'v22.13.1', 'v22.14.0'].map((version) => dirname(nodeAt(join(temporaryFolder(), 'node'), version)));
    expect(findNode(nowhere, { PATH: [old, almost, good].join(delimiter) })).toBe(join(good!, 'node'));
  });

  it('is reported as missing if there is none', () => {
    expect(() => findNode(nowhere, empty)).toThrow(/found no Node\.js to compute with/);
  });

  it('is searched at the first request, which fails if there is none', async () => {
    const host = new ComputeHost(
      computeEntry(),
      launchUnder(() => findNode(nowhere, empty)),
    );
    await expect(host.ask('inspect', { files: [] })).rejects.toMatchObject({ code: 'engine' });
    await host.end();
  });

  it('can be started before the first request, in a later turn of the event loop, and only once', async () => {
    let launched = 0;
    const here = launchUnder(() => process.execPath);
    const host = new ComputeHost(computeEntry(), (entry) => (launched++, here(entry)));
    const ready = host.ready();
    await Promise.resolve();
    expect(launched).toBe(0);
    await ready;
    const { pid } = host;
    expect(await host.ask('inspect', { files: ['/nowhere/x.png'] })).toEqual([{ error: expect.any(String) as string }]);
    expect([launched, host.pid]).toEqual([1, pid]);
    await host.end();
  });

  it('fails to start in advance like the first request if there is none', async () => {
    const host = new ComputeHost(
      computeEntry(),
      launchUnder(() => findNode(nowhere, empty)),
    );
    await expect(host.ready()).rejects.toMatchObject({ code: 'engine' });
  });

  it('gives the answers of this process’s Node, and ends with its host', async () => {
    const host = new ComputeHost(
      computeEntry(),
      launchUnder(() => findNode(nowhere, { PATH: dirname(process.execPath) })),
    );
    expect(await host.ask('inspect', { files: ['/nowhere/x.png'] })).toEqual([{ error: expect.any(String) as string }]);
    const { pid } = host;
    await host.end();
    expect(() => process.kill(pid!, 0)).toThrow();
  });

  it('runs with less priority than this one, a training with less than an import', async () => {
    const found = [];
    for (const work of ['import', 'background'] as const) {
      const host = new ComputeHost(computeEntry(), withPriorityOf(work, launchUnder()));
      await host.ask('inspect', { files: [] });
      found.push(getPriority(host.pid!));
      await host.end();
    }
    const expected = process.platform === 'win32' ? [constants.priority.PRIORITY_NORMAL, constants.priority.PRIORITY_BELOW_NORMAL] : [2, 5];
    expect(found).toEqual(expected.map((priority) => Math.max(priority, getPriority(process.pid))));
  });

  it('is reported as lost if it can not be started', async () => {
    const host = new ComputeHost(
      computeEntry(),
      launchUnder(() => '/nowhere/node'),
    );
    await expect(host.ask('inspect', { files: [] })).rejects.toMatchObject({ code: 'compute-lost' });
    await host.end();
  });
});
