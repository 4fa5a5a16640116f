import { expect, onTestFinished, test } from 'vitest';
import type { WorkbenchApi } from '../../../src/main/api/workbench-api.ts';
import { connectWorkbench } from '../../../src/main/doors/connect/connect.ts';
import { serveWorkbench } from '../../../src/main/doors/http/serve.ts';
import { contractFingerprint } from '../../../src/main/foundation/contract-fingerprint.ts';
import type { Listener } from '../../../src/main/foundation/jobs/events.ts';
import { CHANGED } from '../../../src/shared/events.ts';
import { screenFolder } from '../../api/doors.ts';

test('after a break the events are heard again, and what may have been missed counts as changed', async () => {
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
  const heard: string[] = [];
  window.on((event, payload) => {
    heard.push(event === 'changed' ? `changed ${(payload as { what: string }).what}` : event);
  });
  const emit = (what: 'runs'): void => listeners.forEach((listener) => listener('changed', { what, id: null }));
  await expect.poll(() => (emit('runs'), heard.length), { timeout: 10_000 }).toBeGreaterThan(0);
  await first.close();
  expect(await window.call('app.info', {})).toMatchObject({ ok: false, error: { code: 'offline' } });
  heard.length = 0; // what was under way has arrived

  const port = Number(new URL(first.url).port);
  const second = await serveWorkbench(api, { screen: screenFolder, token: 'a-token-of-this-test', port });
  onTestFinished(() => second.close());
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([...CHANGED.map((what) => `changed ${what}`), 'job']);
  emit('runs');
  await expect.poll(() => heard.at(-1), { timeout: 10_000 }).toBe('changed runs');
  expect(await window.call('app.info', {})).toMatchObject({ ok: true });
});
