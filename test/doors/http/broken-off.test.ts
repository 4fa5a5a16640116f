import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { type ClientRequest, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { WorkbenchApi } from '../../../src/main/api/workbench-api.ts';
import { serveWorkbench } from '../../../src/main/doors/http/serve.ts';
import { temporaryFolder } from '../../features/dataset/png-files.ts';
import { screenFolder } from '../../api/doors.ts';

/** Number of this process's open file descriptors of `path`. */
const openCount = (path: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // closed meanwhile
    }
  }).length;

test.skipIf(process.platform !== 'linux')('closes the file of an aborted media request', async () => {
  const warnings: string[] = []; // Node warns when the garbage collector closes a file handle
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const path = join(temporaryFolder(), 'large.jpg');
  writeFileSync(path, Buffer.alloc(4_000_000));
  const requests = new Map<string, ClientRequest>();
  const requested = new Set<string>();
  const workbenchApi = {
    call: () => Promise.resolve({ ok: true as const, value: null }),
    on: () => () => undefined,
    media: async (address: string) => {
      const n = address.split('/').at(-1)!;
      requested.add(n);
      if (Number(n) < 10) requests.get(n)!.destroy(); // before the file is opened
      await wait(40);
      return { path, type: 'image/jpeg', immutable: true };
    },
    receive: () => Promise.resolve(''),
    choose: () => Promise.resolve(),
    busy: () => 0,
    close: () => Promise.resolve(),
  } satisfies WorkbenchApi;
  const served = await serveWorkbench(workbenchApi, { screen: screenFolder });
  onTestFinished(() => served.close());
  const { origin, searchParams } = new URL(served.url);
  const headers = { authorization: `Bearer ${searchParams.get('token')!}` };
  for (let n = 0; n < 20; n++) {
    const request = get(`${origin}/media/thumb/pets/${n}`, { headers }).on('error', () => undefined);
    request.on('response', (response) => response.once('data', () => request.destroy())); // while it is sent
    requests.set(String(n), request);
  }
  await expect.poll(() => requested.size, { timeout: 20_000 }).toBe(20);
  await expect.poll(() => [...requests.values()].every((request) => request.destroyed), { timeout: 20_000 }).toBe(true);
  await expect.poll(() => openCount(path), { timeout: 5000 }).toBe(0);
  expect(warnings.filter((text) => text.includes('file descriptor'))).toEqual([]);
});
