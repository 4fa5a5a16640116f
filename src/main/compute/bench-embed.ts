import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { initialTensors } from '../nn/initialise.ts';
import { embeddingTask, siameseParams, type SiameseSpec } from '../nn/siamese.ts';
import { chunks, FORWARD_BATCH, normaliseInto } from './batches.ts';
import { openEngine } from './engine-choice.ts';
import { decodeSquare, DECODERS } from './images.ts';
import { mapParallel } from './parallel.ts';
import type { CallContext, ComputeCalls } from './protocol.ts';

const PICTURES = /\.(jpe?g|png)$/i;
const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

/** Seconds to decode and embed every JPEG and PNG below a folder, end to end, with random weights and nothing cached. */
export async function benchEmbed(
  { folder, limit, backbone, size, device }: ComputeCalls['benchEmbed']['args'],
  { signal, progress }: CallContext<'benchEmbed'>,
): Promise<{ images: number; seconds: number; threads: number }> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => PICTURES.test(file))
    .sort()
    .slice(0, limit)
    .map((file) => join(folder, file));
  if (files.length === 0) throw new AppError('not-found', `There are no JPEG or PNG files below ${folder}.`);
  const spec: SiameseSpec = { backbone, flavour: 'torch', size, dim: 2 };
  const engine = await openEngine('onnx', device);
  const exe = await engine.compile(embeddingTask(spec, 'image', FORWARD_BATCH), initialTensors(siameseParams(spec), 1));
  const began = performance.now();
  const parts = chunks(files, FORWARD_BATCH);
  const decode = (part: string[] | undefined): Promise<Uint8Array[]> =>
    mapParallel(part ?? [], DECODERS, (file) => decodeSquare(file, size), { signal });
  let next = decode(parts[0]);
  for (const [i] of parts.entries()) {
    const pixels = await next;
    next = decode(parts[i + 1]); // while the network runs
    const images = new Float32Array(FORWARD_BATCH * 3 * size * size);
    pixels.forEach((p, at) => {
      normaliseInto(images, at, p, { mean: [...HALF.mean], std: [...HALF.std] });
    });
    await exe.run({ images });
    progress({ done: Math.min((i + 1) * FORWARD_BATCH, files.length), total: files.length });
  }
  const seconds = (performance.now() - began) / 1000;
  await exe.dispose();
  return { images: files.length, seconds, threads: availableParallelism() };
}
