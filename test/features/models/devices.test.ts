import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkDevices } from '../../../src/main/compute/engine/check.ts';
import { chooseDevice, deviceProblem, withDevice } from '../../../src/main/domain/devices/choose-device.ts';
import { Devices } from '../../../src/main/features/models/devices.ts';
import type { CheckResult } from '../../../src/shared/engine-check.ts';
import type { DeviceReport } from '../../../src/shared/workbench.ts';

const check = (device: CheckResult['device'], milliseconds: number | null, engine: CheckResult['engine'] = 'onnx'): CheckResult => ({
  engine,
  device,
  ok: milliseconds !== null,
  imagesPerSecond: milliseconds === null ? null : 16000 / milliseconds,
  cpuFallbackOps: null,
  detail: milliseconds === null ? 'no adapter found' : `a training step of 8 pairs took ${milliseconds} ms`,
});
const report = (...checks: CheckResult[]): DeviceReport => ({ checkedMs: 1, checks });

describe('the device of a training', () => {
  test('is the requested one, else that of the settings, else the fastest that passed', () => {
    const both = report(check('cpu', 40), check('webgpu', 9));
    expect(chooseDevice({ device: 'cpu' }, 'webgpu', both)).toMatchObject({ device: 'cpu' });
    expect(chooseDevice({}, 'webgpu', report(check('cpu', 40), check('webgpu', null)))).toMatchObject({ device: 'webgpu' });
    expect(chooseDevice({}, 'auto', both)).toMatchObject({ device: 'webgpu', why: expect.stringContaining('fastest of 2') as string });
    expect(chooseDevice({}, 'auto', report(check('cpu', 40), check('webgpu', 900)))).toMatchObject({ device: 'cpu' });
  });
  test('is one of TensorFlow if that is faster or requested; never instead of a requested device', () => {
    const all = report(check('cpu', 40), check('cuda', 9, 'tensorflow'), { ...check('cpu', 1, 'tensorflow'), imagesPerSecond: null });
    expect(chooseDevice({}, 'auto', all)).toMatchObject({
      engine: 'tensorflow',
      device: 'cuda',
      why: expect.stringContaining('against 400 on the CPU') as string,
    });
    expect(chooseDevice({ engine: 'onnx' }, 'auto', all)).toMatchObject({ engine: 'onnx', device: 'cpu' });
    expect(chooseDevice({ engine: 'tensorflow' }, 'cpu', all)).toMatchObject({ engine: 'tensorflow', device: 'cuda' });
    expect(chooseDevice({ engine: 'tensorflow', device: 'cpu' }, 'auto', all)).toMatchObject({ engine: 'tensorflow', device: 'cpu' });
  });
  test('is never silently the CPU for TensorFlow when the settings name a graphics card', () => {
    const slow = report(check('cpu', 40, 'tensorflow'));
    expect(chooseDevice({ engine: 'tensorflow' }, 'cuda', slow)).toMatchObject({ engine: 'tensorflow', device: 'cuda' });
    expect(chooseDevice({ engine: 'tensorflow' }, 'webgpu', slow)).toMatchObject({ engine: 'tensorflow', device: 'cuda' });
  });
  test('a resumed run keeps its device unless another is requested', () => {
    const both = report(check('cpu', 40), check('webgpu', 9));
    expect(withDevice({ run: 'r1', epochs: 5 }, 'auto', both)).toEqual({ epochs: 5 });
    expect(withDevice({ run: 'r1', device: 'cuda', batch: 4 }, 'auto', both)).toEqual({ device: 'cuda', batch: 4 });
    expect(withDevice({ run: 'r1', device: 'auto' }, 'auto', both)).toEqual({ engine: 'onnx', device: 'webgpu' });
  });
  test('comes with a sentence when nothing was checked, or when only the CPU passed', () => {
    expect(chooseDevice({}, 'auto', null).why).toContain('No device has been checked yet');
    expect(chooseDevice({}, 'auto', report(check('cpu', 40), check('cuda', null))).why).toContain('Only the CPU works here.');
  });
  test('a device that failed its check is a problem; an unchecked one is not', () => {
    const on = (device: CheckResult['device']): { engine: 'onnx'; device: typeof device } => ({ engine: 'onnx', device });
    const known = report(check('cpu', 40), check('cuda', null));
    expect(deviceProblem(on('cuda'), known)).toBe('The NVIDIA GPU (CUDA) does not work here: no adapter found.');
    expect([deviceProblem(on('cpu'), known), deviceProblem(on('dml'), known), deviceProblem(on('cuda'), null)]).toEqual([null, null, null]);
  });
  test('the report is stored; a damaged one counts as missing', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'twinlens-devices-')), 'devices.json');
    const found = await checkDevices();
    expect(found.find((c) => c.device === 'cpu')).toMatchObject({ ok: true, imagesPerSecond: expect.any(Number) as number });
    writeFileSync(path, JSON.stringify({ checkedMs: 5, checks: found }));
    expect(new Devices(path).get()).toEqual({ checkedMs: 5, checks: found });
    writeFileSync(path, '{"checkedMs": 5, "checks": [');
    expect(new Devices(path).get()).toBeNull();
  });
});
