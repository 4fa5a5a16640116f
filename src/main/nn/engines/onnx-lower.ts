import type { DeviceName } from '../../../shared/run.ts';
import type { Target } from '../ir/primitive.ts';
import type { Program, SourceProgram } from '../ir/program.ts';
import type { Task, TrainTask } from '../ir/task.ts';
import type { TensorMap } from '../ir/tensor.ts';
import { bindParams } from '../passes/bind-params.ts';
import { blockedLayout } from '../passes/blocked-layout.ts';
import { cancelReshapes } from '../passes/cancel-reshapes.ts';
import { expand } from '../passes/expand.ts';
import { fuseActivations } from '../passes/fuse-activations.ts';
import { orderSinks } from '../passes/order-sinks.ts';
import { poolPositions } from '../passes/pool-positions.ts';
import { prune } from '../passes/prune.ts';
import { gradientProgram, type StateSpec, taskProgram, trainingProgram } from './programs.ts';

/** Receives the program after each pass; for developers. */
export type OnPass = (pass: string, program: Program) => void;

interface Pass {
  name: string;
  run(program: Program): Program;
}

export interface LowerOptions {
  /** Values of the parameters that become constants. */
  params?: TensorMap;
  /** Names of the parameters that become inputs. */
  inputParams?: readonly string[];
  device?: Target;
  /** Channels per block of the CPU's blocked layout; 0 for row-major. */
  block?: number;
  onPass?: OnPass | undefined;
}

/** Lowers a program of primitives to one whose every instruction is an ONNX operator on the device. `last`: additional passes. */
export function lower(
  source: SourceProgram,
  { params = new Map(), inputParams = [], device = 'cpu', block = 0, onPass }: LowerOptions,
  last: Pass[] = [],
): Program {
  const passes: Pass[] = [
    { name: 'bind parameters', run: (program) => bindParams(program, params, new Set(inputParams)) },
    { name: 'cancel reshapes', run: cancelReshapes },
    { name: 'prune', run: prune },
    ...(block > 0 ? [{ name: 'blocked layout', run: (program: Program) => blockedLayout(program, block) }] : []),
    ...(device === 'cpu' ? [{ name: 'pool positions', run: poolPositions }] : []),
    { name: 'expand', run: (program) => prune(expand(program, device)) },
    ...(block > 0 ? [{ name: 'fuse activations', run: fuseActivations }] : []),
    ...last,
  ];
  onPass?.('source', source);
  return passes.reduce((program: Program, { name, run }) => {
    const next = run(program);
    onPass?.(name, next);
    return next;
  }, source);
}

/** Lowers a task with all parameters as constants. Inputs and outputs have the task's names. */
export const lowerTask = (task: Task, params: TensorMap, device: Target = 'cpu', onPass?: OnPass): Program =>
  lower(taskProgram(task), { params, device, onPass });

/** Lowers a step up to its gradients. Trainable parameters are inputs, all others constants. */
export const lowerGradients = (task: TrainTask, frozen: TensorMap, device: DeviceName = 'cpu', block = 0, onPass?: OnPass): Program =>
  lower(gradientProgram(task), { params: frozen, inputParams: task.trainable, device, block, onPass }, [{ name: 'order sinks', run: orderSinks }]);

/** Lowers a whole step. Frozen parameters are constants. Trainable parameters, statistics and optimizer slots are state. */
export function lowerTraining(
  task: TrainTask,
  frozen: TensorMap,
  device: DeviceName = 'cpu',
  onPass?: OnPass,
): { program: Program; state: StateSpec[] } {
  const { program, state } = trainingProgram(task);
  const inputParams = [...task.trainable, ...task.statistics.map(({ name }) => name)];
  return { program: lower(program, { params: frozen, inputParams, device, onPass }), state };
}
