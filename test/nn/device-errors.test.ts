import { expect, test } from 'vitest';
import { deviceError, isMemoryError, explainDeviceError } from '../../src/main/nn/engines/device-error.ts';

// Messages of onnxruntime 1.30.
const ADAPTER =
  'webgpu_context.cc:136 adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters';
const NO_BUFFER =
  'buffer_manager.cc:641 Failed to download data from buffer. wgpu::MapAsyncStatus value: 3, message: [Invalid Buffer (unlabeled)] is invalid due to a previous error.';
const NO_SHADER =
  'Non-zero status code returned while running Sqrt node. Status Message: Failed to create a WebGPU compute pipeline: [Invalid ShaderModule "Conv2dMM"] is invalid due to a previous error.';
const PROVIDER = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';

test.each([
  ['webgpu', NO_BUFFER, 'smaller batch or image size'],
  ['webgpu', NO_SHADER, 'the run can be resumed'],
  ['cuda', 'BFCArena: Failed to allocate memory for requested buffer of size 1677721600', 'smaller batch or image size'],
  ['webgpu', 'Device is lost: the driver was reset', 'resume the run'],
  ['webgpu', ADAPTER, 'No graphics card that supports webgpu was found'],
  ['cuda', PROVIDER, 'npm run install-cuda'],
  ['dml', 'something else', 'Test the devices to see why'],
] as const)('on %s, "%s" explains what to do: %s', (device, detail, expected) => {
  const error = deviceError(device, new Error(detail));
  expect(error).toMatchObject({ code: 'engine', details: { device, detail } });
  expect(error.message).toContain(expected);
});

// V8's messages in Node 24, for the optimizer's memory and for an array.
test.each(['WebAssembly.Memory(): could not allocate memory', 'Array buffer allocation failed'])(
  '"%s" is explained as an out-of-memory error on the CPU',
  (detail) => {
    const error = explainDeviceError('cpu', new RangeError(detail));
    expect(isMemoryError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'engine', details: { detail } });
  },
);
