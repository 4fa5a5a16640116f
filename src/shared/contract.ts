import { z } from 'zod';
import { TARGETS } from './comparison.ts';
import { BACKBONES, DEVICES, ENGINES, OPTIMIZERS, SCOPES } from './run.ts';

const text = (what: string): z.ZodString => z.string().min(1, `${what} must not be empty`);
const whole = (low: number, high: number): z.ZodNumber =>
  z.number('must be a number').int('must be a whole number').min(low, `must be at least ${low}`).max(high, `must be at most ${high}`);
const real = (low: number, high: number): z.ZodNumber =>
  z.number('must be a number').min(low, `must be at least ${low}`).max(high, `must be at most ${high}`);

export const ImportRequest = z.strictObject({
  folder: text('The folder'),
  name: z.string().optional(),
  groupBy: z.string().optional(),
  splitSeed: whole(0, 2 ** 31).optional(),
});

/** What a person may choose; everything left out is chosen by the kind of training (see training/defaults.ts). */
export const TrainRequest = z.strictObject({
  dataset: text('The data set'),
  backbone: z.enum(BACKBONES).optional(),
  weights: text('The weights').optional(),
  scope: z.enum(SCOPES).optional(),
  batchNorm: z.enum(['frozen', 'batch']).optional(),
  epochs: whole(1, 10_000).optional(),
  batch: whole(1, 1024).optional(), // pairs
  size: whole(16, 1024).optional(), // px
  lr: real(1e-9, 10).optional(),
  optimizer: z.enum(OPTIMIZERS).optional(),
  weightDecay: real(0, 1).optional(),
  clipNorm: real(0, 1e6).optional(), // 0: no clipping
  dim: whole(1, 4096).optional(),
  margin: real(1e-3, 1e3).optional(),
  patience: whole(0, 10_000).optional(), // epochs; 0: never stop early
  plateau: whole(0, 10_000).optional(), // epochs; 0: never halve the rate
  seed: whole(0, 2 ** 31).optional(),
  engine: z.enum(ENGINES).optional(),
  device: z.enum(DEVICES).optional(),
  augmentation: z
    .strictObject({ flipHorizontal: z.boolean(), flipVertical: z.boolean(), rotation: real(0, 180), crop: real(0, 0.5), colour: real(0, 1) })
    .optional(),
});

export const ResumeRequest = z.strictObject({ run: text('The run'), epochs: whole(1, 10_000).optional() });
export const EvaluateRequest = z.strictObject({ run: text('The run'), split: z.enum(['test', 'valid']).default('test') });
export const CompareRequest = z.strictObject({
  run: text('The run'),
  images: z.tuple([text('The first image'), text('The second image')]),
  target: z.enum(TARGETS).default('verdict'),
  layer: z.string().optional(),
  out: z.string().optional(), // a folder that gets copies of pictures and maps
});
export const ReportRequest = z.strictObject({
  comparisons: z.array(text('A comparison')).min(1, 'name at least one comparison'),
  out: text('The file'),
  title: z.string().optional(),
});
export const ExportRequest = z.strictObject({ run: text('The run'), format: z.enum(['onnx', 'safetensors']), out: text('The file') });
export const BenchRequest = z.strictObject({
  task: z.enum(['train', 'infer', 'explain', 'embed']).default('train'),
  backbone: z.enum(BACKBONES).default('mobilenet_v2'),
  pairs: whole(1, 256).default(8),
  size: whole(32, 1024).default(224),
  steps: whole(1, 1000).default(4),
  folder: z.string().optional(),
  engine: z.enum(ENGINES).default('onnx'),
  device: z.enum(DEVICES).default('cpu'),
});

export type TrainRequest = z.infer<typeof TrainRequest>;
export type CompareRequest = z.infer<typeof CompareRequest>;
export type BenchRequest = z.infer<typeof BenchRequest>;
