import { onnxEngine } from '../../../src/main/nn/engines/onnx.ts';
import { embeddingTask, siameseParams } from '../../../src/main/nn/siamese.ts';
import type { Embedder } from '../../../src/main/compute/explain/embedder.ts';
import type { ModelRef } from '../../../src/main/compute/protocol/protocol.ts';
import { FAITHFULNESS_SPEC as SPEC } from '../../nn/fixtures/faithfulness-network.ts';
import { filledTensors, hashed, readFixture } from '../../nn/reference.ts';

/** The pair of faithfulness.py, and its network. */

/** Written by faithfulness.py: numpy, and distances by onnxruntime from an exported network. */
interface Reference {
  distance: number;
  z: number;
  rolls: [boolean, number, number, number][];
  images: (Record<'map' | 'blurred' | 'rolled' | 'bottom' | 'top' | 'rolledMean', number[]> &
    Record<'score' | 'donor' | 'raising' | 'lowering', number> & { rolledMaps: number[][] })[];
}

export const reference = readFixture<Reference>('faithfulness.json');
export const S = SPEC.size;
export const rolls = reference.rolls.map(([mirrored, turns, down, right]) => ({ mirrored, turns, down, right }));

/** [S, S, 3], 8 bit; each value stands for 4 × 4 px. */
export function picture(name: string): Uint8Array {
  const coarse = hashed(name, (S / 4) ** 2 * 3);
  return Uint8Array.from({ length: 3 * S * S }, (_, i) => {
    const [y, x, c] = [Math.floor(i / 3 / S), Math.floor(i / 3) % S, i % 3];
    return Math.floor(128 * (coarse[((y >> 2) * (S / 4) + (x >> 2)) * 3 + c]! + 1));
  });
}

export async function openEmbedder(batch: number): Promise<Embedder> {
  const program = await onnxEngine('cpu').compile(embeddingTask(SPEC, 'image', batch), filledTensors(siameseParams(SPEC)));
  const row = 3 * S * S;
  return {
    batch,
    embed: async (images) => {
      const input = new Float32Array(batch * row);
      images.forEach((write, i) => write(input.subarray(i * row, (i + 1) * row)));
      const { embedding } = await program.run({ images: input });
      return images.map((_, i) => embedding!.slice(2 * i, 2 * i + 2));
    },
  };
}

const half = [0.5, 0.5, 0.5];
export const model = { folder: '', sha256: null, config: { size: S, preprocessing: { mean: half, std: half } } } as unknown as ModelRef;
