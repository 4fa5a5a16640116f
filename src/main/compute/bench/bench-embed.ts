import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { Preprocessing } from '../../../shared/run.ts';
import { initialTensors } from '../../nn/initialise.ts';
import { embeddingTask, siameseParams, type SiameseSpec } from '../../nn/siamese.ts';
import { freeArray } from '../../nn/ir/tensor.ts';
import { prefetch } from '../async/prefetch.ts';
import { chunks, FORWARD_BATCH } from '../images/batches.ts';
import { compileForward } from '../../nn/engines/forward.ts';
import { openEngine } from '../engine/engine-choice.ts';
import type { CallContext, ComputeCalls } from '../protocol/protocol.ts';
import { openReader } from '../images/reading/reader.ts';
import type { ImageToRead } from '../images/reading/tasks.ts';

const IMAGE_FILES = /\.(jpe?g|png)$/i;
const preprocessing: Preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }; // to -1..1

/** Measures the seconds to decode and embed every JPEG and PNG below a folder, end to end, with random weights and without caches. */
export async function benchEmbed(
  { folder, limit, backbone, size, engine: name, device }: ComputeCalls['benchEmbed']['args'],
  { signal, progress }: CallContext<'benchEmbed'>,
): Promise<ComputeCalls['benchEmbed']['result']> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => IMAGE_FILES.test(file))
    .sort()
    .slice(0, limit)
    .map((file): ImageToRead => ({ file: join(folder, file), sha256: null }));
  if (files.length === 0) throw new AppError('not-found', `There are no JPEG or PNG files below ${folder}.`);
  const spec: SiameseSpec = { backbone, flavour: 'torch', size, dim: 2 };
  const engine = await openEngine(name, device);
  const exe = await compileForward(engine, (n) => embeddingTask(spec, 'image', n), FORWARD_BATCH, initialTensors(siameseParams(spec), 1));
  const reader = openReader({ size, preprocessing, resampling: 'centred', sampleBits: null, augmentation: null, cache: null }, files.length);
  const decode = (part: readonly ImageToRead[]): Promise<Float32Array> => reader.ask('decode', { images: part }, { signal });
  try {
    const began = performance.now();
    let done = 0;
    for await (const [part, images] of prefetch(chunks(files, FORWARD_BATCH), decode)) {
      await exe.run({ images });
      freeArray(images);
      done += part.length;
      progress({ done, total: files.length });
    }
    const seconds = (performance.now() - began) / 1000;
    return { images: files.length, seconds, threads: availableParallelism(), peakBytes: process.resourceUsage().maxRSS * 1024 };
  } finally {
    await reader.end();
    await exe.dispose();
  }
}
