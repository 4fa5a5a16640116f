import * as ort from 'onnxruntime-node';
import type { DeviceName } from '../../../shared/run.ts';
import type { Program } from '../ir/program.ts';
import type { Engine, Executable, Trainer, TrainState } from './engine.ts';
import { DeviceTrainer } from './onnx-device-trainer.ts';
import { lowerTask } from './onnx-lower.ts';
import { HostTrainer } from './onnx-host-trainer.ts';
import { FallbackTrainer } from './fallback-trainer.ts';
import { keepsTensors, open, type Profiler, runSession, tensor } from './onnx-session.ts';

/** The engine on onnxruntime-node. Compiling and running throw AppError('engine') where the device is not available. */
export function onnxEngine(device: DeviceName, profiler?: Profiler): Engine {
  return {
    name: 'onnx',
    device,
    compile: (task, params) => compileProgram(lowerTask(task, params, device), device, profiler),
    trainer: (taskFor, frozen, initial) => {
      const onHost = (state: TrainState): Trainer => new HostTrainer(device, taskFor, frozen, state, profiler);
      if (!keepsTensors(device)) return Promise.resolve(onHost(initial));
      return Promise.resolve(new FallbackTrainer(new DeviceTrainer(device, taskFor, frozen, initial, profiler), onHost));
    },
  };
}

/** Devices that this build of onnxruntime supports. Whether one works must be tried (openDevice). */
export function onnxDevices(): DeviceName[] {
  const supported: readonly string[] = ort.listSupportedBackends().map((b) => b.name);
  return (['cpu', 'webgpu', 'cuda', 'dml'] as const).filter((d) => supported.includes(d));
}

export async function compileProgram(program: Program, device: DeviceName, profiler?: Profiler): Promise<Executable> {
  const shapes = new Map([...program.inputs].map(([name, { shape }]) => [name, shape]));
  const { session, close } = await open(program, device, profiler);
  return {
    async run(inputs) {
      const feeds: Record<string, ort.Tensor> = {};
      for (const name of session.inputNames) feeds[name] = tensor(inputs[name]!, shapes.get(name)!);
      const results = await runSession(session, device, feeds);
      return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, t.data as Float32Array]));
    },
    dispose: close,
  };
}
