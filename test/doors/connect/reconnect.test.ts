import { expect, onTestFinished, test } from 'vitest';
import type { WorkbenchApi } from '../../../src/main/api/workbench-api.ts';
import { connectWorkbench } from '../../../src/main/doors/connect/connect.ts';
import { serveWorkbench } from '../../../src/main/doors/http/serve.ts';
import { contractFingerprint } from '../../../src/main/foundation/contract-fingerprint.ts';
import type { Listener } from '../../../src/main/foundation/jobs/events.ts';
import { CHANGED } from '../../../src/shared/events.ts';
import { screenFolder } from '../../api/doors.ts';

test('receives events again after a break, and announces everything as changed', async () => {
  const listeners = new Set<Listener>();
  const api: WorkbenchApi = {
    call: (name) => Promise.resolve({ ok: true, value: name === 'jobs.list' ? [{ job: 'j1' }] : { version: '1', contract: contractFingerprint() } }),
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    media: () => Promise.reject(new Error('none')),
    receive: () => Promise.resolve(''),
    choose: () => Promise.resolve(),
    busy: () => 0,
    close: () => Promise.resolve(),
  };
  const first = await serveWorkbench(api, { screen: screenFolder, token: 'a-token-of-this-test' });
  const window = await connectWorkbench(first.url);
  onTestFinished(() => window.close());
  const events: string[] = [];
  window.on((event, payload) => {
    events.push(event === 'changed' ? `changed ${(payload as { what: string }).what}` : event);
  });
  const emit = (what: 'runs'): void => listeners.forEach((listener) => listener('changed', { what, id: null }));
  await expect.poll(() => (emit('runs'), events.length), { timeout: 10_000 }).toBeGreaterThan(0);
  await first.close();
  expect(await window.call('app.info', {})).toMatchObject({ ok: false, error: { code: 'offline' } });
  events.length = 0; // late events have arrived

  const port = Number(new URL(first.url).port);
  const second = await serveWorkbench(api, { screen: screenFolder, token: 'a-token-of-this-test', port });
  onTestFinished(() => second.close());
  await expect.poll(() => events, { timeout: 10_000 }).toEqual([...CHANGED.map((what) => `changed ${what}`), 'job']);
  emit('runs');
  await expect.poll(() => events.at(-1), { timeout: 10_000 }).toBe('changed runs');
  expect(await window.call('app.info', {})).toMatchObject({ ok: true });
});
