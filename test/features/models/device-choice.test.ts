import { expect, test } from 'vitest';
import { DeviceChoice } from '../../../src/main/features/models/device-choice.ts';
import type { DeviceReport, Settings } from '../../../src/shared/workbench.ts';

const report: DeviceReport = {
  checkedMs: 5,
  checks: [
    { engine: 'onnx', device: 'cpu', ok: true, detail: '', imagesPerSecond: 9, cpuFallbackOps: null },
    { engine: 'onnx', device: 'cuda', ok: true, detail: '', imagesPerSecond: 90, cpuFallbackOps: null },
  ],
};

/** `events`: when the first check was announced and made. */
function choiceWith(found: DeviceReport | null, setting: Settings['device'] = 'auto') {
  const events: string[] = [];
  let current = found;
  const choice = new DeviceChoice({
    setting: () => setting,
    devices: {
      get: () => current,
      check: () => {
        events.push('checked');
        current = report;
        return Promise.resolve(report);
      },
    },
    compute: { ask: () => Promise.reject(new Error('not asked')) },
  });
  return { choice, events, check: { signal: new AbortController().signal, onCheck: () => void events.push('announced') } };
}

test('the first choice checks the devices once, and says so before', async () => {
  const { choice, events, check } = choiceWith(null);
  expect(await choice.forTraining({}, check)).toMatchObject({ device: 'cuda' });
  expect(await choice.forTraining({}, check)).toMatchObject({ device: 'cuda' });
  expect(events).toEqual(['announced', 'checked']);
});

test('nothing is checked for a device that was asked for or set', async () => {
  const asked = choiceWith(null);
  expect(await asked.choice.forTraining({ device: 'dml' }, asked.check)).toMatchObject({ device: 'dml' });
  const set = choiceWith(null, 'webgpu');
  expect(await set.choice.forTraining({}, set.check)).toMatchObject({ device: 'webgpu' });
  expect([...asked.events, ...set.events]).toEqual([]);
});

test('a resumed run keeps its device; auto checks and chooses, and says why', async () => {
  const kept = choiceWith(null);
  expect(await kept.choice.forResume({ run: 'r1', epochs: 5 }, kept.check)).toEqual({ changes: { epochs: 5 }, why: null });
  expect(kept.events).toEqual([]);
  const auto = choiceWith(null);
  const { changes, why } = await auto.choice.forResume({ run: 'r1', device: 'auto' }, auto.check);
  expect(changes).toEqual({ engine: 'onnx', device: 'cuda' });
  expect(why).toContain('fastest of 2');
  expect(auto.events).toEqual(['announced', 'checked']);
});
