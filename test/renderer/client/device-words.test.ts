import { describe, expect, it } from 'vitest';
import { deviceWarning, speedText, failureReason } from '../../../src/renderer/client/device-words.ts';
import type { CheckResult } from '../../../src/shared/engine-check.ts';

const check = (change: Partial<CheckResult>): CheckResult => ({
  engine: 'onnx',
  device: 'cpu',
  ok: true,
  detail: '',
  imagesPerSecond: null,
  cpuFallbackOps: null,
  ...change,
});
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('devices in words', () => {
  it('compares the speed with the fastest', () => {
    const cpu = check({ imagesPerSecond: 34.5 });
    const gpu = check({ device: 'webgpu', imagesPerSecond: 1380 });
    expect(plain(speedText(cpu, [cpu, gpu]))).toBe('35 images/s · 40.0 × slower than the fastest');
    expect(plain(speedText(gpu, [cpu, gpu]))).toBe('1,380 images/s · fastest');
    expect(plain(speedText(cpu, [cpu]))).toBe('35 images/s');
  });

  it('translates known engine errors and keeps unknown ones', () => {
    const failed = (device: CheckResult['device'], detail: string): string => failureReason(check({ device, ok: false, detail }));
    expect(failed('webgpu', '… Failed to get a WebGPU adapter: No supported adapters')).toBe('No GPU with WebGPU support was found.');
    expect(failed('cuda', 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library')).toContain('needs an NVIDIA GPU');
    expect(failed('dml', 'not part of this build of onnxruntime for linux x64')).toBe('DirectML is available on Windows only.');
    expect(failed('webgpu', 'the loss of a training step is 3, but 2 on the CPU')).toBe('the loss of a training step is 3, but 2 on the CPU');
  });

  it('warns of a chosen device that was not tested or failed', () => {
    const checks = [check({ imagesPerSecond: 3200 }), check({ device: 'cuda', ok: false, detail: 'out of memory' })];
    expect(deviceWarning('auto', checks)).toBeNull();
    expect(deviceWarning('cpu', checks)).toBeNull();
    expect(deviceWarning('cuda', checks)).toContain('out of memory');
    expect(deviceWarning('webgpu', checks)).toContain('not been tested');
    expect(deviceWarning('cpu', null)).toContain('not been tested');
  });
});
