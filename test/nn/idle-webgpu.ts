// Prints how many threads the driver has before, during and after the idle time of WebGPU's device, as JSON. A separate program, see webgpu.test.ts.
import { readdirSync } from 'node:fs';
import { mock } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openDevice } from '../../src/main/nn/engines/onnx-session.ts';

const threads = (): number => readdirSync('/proc/self/task').length;
const fewerThan = async (count: number): Promise<void> => {
  for (let i = 0; i < 100 && threads() >= count; i++) await wait(20);
};

mock.timers.enable({ apis: ['setTimeout'] });
const before = threads();
await openDevice('webgpu');
const idle = threads();
await openDevice('webgpu');
mock.timers.tick(29_999);
const late = threads();
mock.timers.tick(1);
mock.timers.reset();
await fewerThan(idle);
console.log(JSON.stringify({ idle: idle - before, late: late - idle, closed: threads() - idle }));
