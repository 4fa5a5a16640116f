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

/** `events`: announcement and run of the device check. */
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
    compute: { ask: () => Promise.reject(new Error('not used')) },
  });
  return { choice, events, check: { signal: new AbortController().signal, onCheck: () => void events.push('announced') } };
}

test('checks the devices once, at the first choice, and announces it before', async () => {
  const { choice, events, check } = choiceWith(null);
  expect(await choice.chooseForTraining({}, check)).toMatchObject({ device: 'cuda' });
  expect(await choice.chooseForTraining({}, check)).toMatchObject({ device: 'cuda' });
  expect(events).toEqual(['announced', 'checked']);
});

test('checks nothing for a requested device or one from the settings', async () => {
  const requested = choiceWith(null);
  expect(await requested.choice.chooseForTraining({ device: 'dml' }, requested.check)).toMatchObject({ device: 'dml' });
  const set = choiceWith(null, 'webgpu');
  expect(await set.choice.chooseForTraining({}, set.check)).toMatchObject({ device: 'webgpu' });
  expect([...requested.events, ...set.events]).toEqual([]);
});

test('a resumed run keeps its device; auto checks and chooses, with the reason', async () => {
  const unchanged = choiceWith(null);
  expect(await unchanged.choice.chooseForResume({ run: 'r1', epochs: 5 }, unchanged.check)).toEqual({ changes: { epochs: 5 }, why: null });
  expect(unchanged.events).toEqual([]);
  const auto = choiceWith(null);
  const { changes, why } = await auto.choice.chooseForResume({ run: 'r1', device: 'auto' }, auto.check);
  expect(changes).toEqual({ engine: 'onnx', device: 'cuda' });
  expect(why).toContain('fastest of 2');
  expect(auto.events).toEqual(['announced', 'checked']);
});
