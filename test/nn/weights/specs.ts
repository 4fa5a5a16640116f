import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect } from 'vitest';
import { AppError, type ErrorCode } from '../../../src/shared/errors.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { sizeOf, type ParamSpec, type TensorMap } from '../../../src/main/nn/ir/tensor.ts';

/** Photographs, weights and numbers beside the project on some machines. */
export const SHARED = resolve('..', 'shared');

const conv = (name: string, ...shape: number[]): ParamSpec => ({ name: `${name}.weight`, shape, kind: 'weight' });
const norm = (name: string, channels: number): ParamSpec[] => [
  { name: `${name}.weight`, shape: [channels], kind: 'weight' },
  { name: `${name}.bias`, shape: [channels], kind: 'weight' },
  { name: `${name}.running_mean`, shape: [channels], kind: 'statistic' },
  { name: `${name}.running_var`, shape: [channels], kind: 'statistic' },
];

/** Sandler et al. 2018, table 2; channels as Keras and torchvision round them: to multiples of 8, never under 90 %. */
export function mobileNetV2Specs(width: number): ParamSpec[] {
  const channels = (c: number): number => {
    const scaled = c * width;
    const rounded = Math.max(8, Math.floor((scaled + 4) / 8) * 8);
    return rounded < 0.9 * scaled ? rounded + 8 : rounded;
  };
  let before = channels(32);
  const specs = [conv('features.0.0', before, 3, 3, 3), ...norm('features.0.1', before)];
  let index = 0;
  // prettier-ignore
  for (const [t, c, n] of [[1, 16, 1], [6, 24, 2], [6, 32, 3], [6, 64, 4], [6, 96, 3], [6, 160, 3], [6, 320, 1]] as const) {
    for (let i = 0; i < n; i++) {
      const at = `features.${++index}.conv`;
      const hidden = before * t;
      const out = channels(c);
      const last = t === 1 ? 1 : 2;
      if (t > 1) specs.push(conv(`${at}.0.0`, hidden, before, 1, 1), ...norm(`${at}.0.1`, hidden));
      specs.push(conv(`${at}.${last - 1}.0`, hidden, 1, 3, 3), ...norm(`${at}.${last - 1}.1`, hidden));
      specs.push(conv(`${at}.${last}`, out, hidden, 1, 1), ...norm(`${at}.${last + 1}`, out));
      before = out;
    }
  }
  return [...specs, conv('features.18.0', 1280, before, 1, 1), ...norm('features.18.1', 1280)];
}

/** He et al. 2016, table 1. `base`: channels of the first layer, 64 in the published networks. */
export function residualSpecs(depths: readonly number[], bottleneck: boolean, base = 64): ParamSpec[] {
  const specs = [conv('conv1', base, 3, 7, 7), ...norm('bn1', base)];
  let before = base;
  depths.forEach((blocks, stage) => {
    const planes = base * 2 ** stage;
    const out = planes * (bottleneck ? 4 : 1);
    for (let block = 0; block < blocks; block++) {
      const at = `layer${stage + 1}.${block}`;
      const convs = bottleneck
        ? [conv(`${at}.conv1`, planes, before, 1, 1), conv(`${at}.conv2`, planes, planes, 3, 3), conv(`${at}.conv3`, out, planes, 1, 1)]
        : [conv(`${at}.conv1`, planes, before, 3, 3), conv(`${at}.conv2`, planes, planes, 3, 3)];
      convs.forEach((one, i) => specs.push(one, ...norm(`${at}.bn${i + 1}`, one.shape[0]!)));
      if (block === 0 && (stage > 0 || before !== out)) specs.push(conv(`${at}.downsample.0`, out, before, 1, 1), ...norm(`${at}.downsample.1`, out));
      before = out;
    }
  });
  return specs;
}
export const resnet18Specs = (base = 4): ParamSpec[] => residualSpecs([2, 2, 2, 2], false, base);

/** Random values for every parameter, with positive variances. */
export function randomTensors(specs: readonly ParamSpec[], seed: number): TensorMap {
  return new Map(
    specs.map(({ name, shape }) => {
      const random = randomFor(seed, name);
      const low = name.endsWith('running_var') ? 0.5 : -1;
      return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random.between(low, 1.5)) }];
    }),
  );
}

/** A folder that is deleted after the test file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens-weights-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The AppError that an action throws; fails if it succeeds or throws another error. */
export async function errorOf(action: () => unknown, code: ErrorCode): Promise<AppError> {
  try {
    await action();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code, (error as AppError).message).toBe(code);
    return error as AppError;
  }
  throw new Error(`nothing was thrown where ${code} was expected`);
}
