import { type CellMatches, type MatchesAnswer, MATCHES_PER_CELL, MAX_MATCHED_CELLS } from '../../../shared/matches.ts';
import { layerNames, layerTask, specOf } from '../../nn/siamese.ts';
import type { Executable } from '../../nn/engines/engine.ts';
import { headOf, type HeadWeights } from '../../nn/explain/cell-embeddings.ts';
import { type CorrespondingCells, correspond } from '../../nn/explain/correspondence.ts';
import { halves } from '../../nn/explain/method.ts';
import { placeCells } from '../../nn/explain/receptive-field.ts';
import type { CellPlacement } from '../../../shared/maps/placement.ts';
import { LeasePool } from '../async/lease-pool.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { normalisedBatch } from '../images/batches.ts';
import { readModel } from '../model/checkpoint.ts';
import type { CallContext, MatchesRequest, ModelRef } from '../protocol/protocol.ts';
import { decodePair } from './pixels.ts';

/** A network with the features of its last layer. */
interface OpenNetwork {
  executable: Executable;
  head: HeadWeights;
  placementAt(centre: Float32Array): CellPlacement;
}

/** Compiling a network takes longer than running it, so the last one stays open. */
const networks = new LeasePool<OpenNetwork>(1, ({ executable }) => executable.dispose());

/** The matches between the cells of two images; see PairMatches. One forward pass. Throws AppError 'bad-image', 'not-found' or 'cancelled'. */
export async function findMatches(request: MatchesRequest, { signal }: CallContext<'findMatches'>): Promise<MatchesAnswer> {
  const { model, modelSha256 } = request;
  const { config, folder } = model;
  const task = layerTask(specOf(config), layerNames(config.backbone, config.beside).at(-1)!, 2);
  const [, channels, height, width] = task.outputs.features.shape as [number, number, number, number];
  const cells = width * height;
  if (config.pooling === 'cls') return { none: 'class-token', cells };
  if (config.encoder?.output.kind === 'pooled') return { none: 'one-vector', cells };
  if (cells === 1) return { none: 'single-cell', cells };
  if (cells > MAX_MATCHED_CELLS) return { none: 'too-fine', cells };
  const squares = await decodePair(request);
  throwIfCancelled(signal);
  const images = normalisedBatch(squares, config.preprocessing); // [2, 3, S, S]
  const key = JSON.stringify([folder, modelSha256, config.engine, config.device]);
  return await networks.use(
    key,
    () => open(model, task),
    async ({ executable, head, placementAt }) => {
      const { features, centre } = await executable.run({ images });
      if (halves(features!).some((one) => one.every((value) => value === 0))) return { none: 'no-features', cells };
      const pairs = correspond(features!, channels, head);
      const listed = Math.min(MATCHES_PER_CELL, cells);
      const { distance, unrelated } = pairs;
      return {
        ...{ width, height, placement: placementAt(centre!), listed, distance, unrelated },
        matches: [bestMatches(pairs, 0, listed), bestMatches(pairs, 1, listed)],
      };
    },
  );
}

async function open(model: ModelRef, { program, outputs }: ReturnType<typeof layerTask>): Promise<OpenNetwork> {
  const { config } = model;
  const placed = placeCells(program, outputs.features);
  const params = readModel(model);
  const engine = await openNetworkEngine(model);
  const executable = await engine.compile({ program: placed.program, outputs: { features: outputs.features, centre: placed.centre } }, params);
  return { executable, head: headOf(params, specOf(config).head), placementAt: placed.placementAt };
}

/** The `listed` cells of the other image with the largest cosine to each cell of image `side`; of equal ones the first. */
function bestMatches({ cells: n, cosines, shares }: CorrespondingCells, side: 0 | 1, listed: number): CellMatches {
  const found: CellMatches = { cells: [], cosines: [], shares: [] };
  for (let cell = 0; cell < n; cell++) {
    const at = (other: number): number => (side === 0 ? cell * n + other : other * n + cell);
    const order = Array.from({ length: n }, (_, other) => other).sort((x, y) => cosines[at(y)]! - cosines[at(x)]!);
    for (const other of order.slice(0, listed)) {
      found.cells.push(other);
      found.cosines.push(cosines[at(other)]!);
      found.shares.push(shares[at(other)]!);
    }
  }
  return found;
}
