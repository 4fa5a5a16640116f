import {
  REDRAWN_QUANTILE,
  type RedrawnFigure,
  type RedrawnReference,
  POSITION_FIGURES,
  type PositionFigure,
  type Randomisation,
  type RandomisationStep,
  rankOfSign,
  type SignRank,
} from '../../../shared/randomisation.ts';
import { percentile } from '../../../shared/maps/contour.ts';
import { evidencePosition, type EvidencePosition } from '../../../shared/maps/evidence.ts';
import { largestAbsolute } from '../../../shared/maps/field.ts';
import { runScaleOf, WEAK_SHARE } from '../../../shared/maps/run-scale.ts';
import { randomFor } from '../../../shared/random.ts';
import { AppError } from '../../../shared/errors.ts';
import { rankCorrelation } from '../../domain/faithfulness/rank-correlation.ts';
import type { PairMaps } from '../../nn/explain/method.ts';
import { redraw, type Stage, stagesFromTop, statisticsTask } from '../../nn/explain/redraw.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { normalisedBatch } from '../images/batches.ts';
import { readModel } from '../model/checkpoint.ts';
import type { CallContext, ModelRef, RandomisePair, RandomiseRequest } from '../protocol/protocol.ts';
import { closeMethod, openMethod, runMethod } from './open-method.ts';
import { decodePair, isUnreadable, type PixelPair } from './pixels.ts';
import { specOf } from '../../nn/siamese.ts';

/** A pair whose images could be read. */
type ReadPair = RandomisePair & { pixels: PixelPair };

/**
 * Compares the maps of a trained network with those of networks whose weights are redrawn, one more stage at a time from the top (cascading:
 * Adebayo et al. 2018, "Sanity checks for saliency maps"), by Spearman's rank correlation over the cells.
 * Pairs with an unreadable image are left out; the first error is thrown if none remains. One network is open at a time.
 * Throws AppError 'bad-request' if no map of the trained network has an order of cells, as maps of one cell.
 */
export async function randomiseMaps(
  { model, method, layer, pairs, seed, redraws }: RandomiseRequest,
  { signal, progress }: CallContext<'randomiseMaps'>,
): Promise<Pick<Randomisation, 'pairs' | 'images' | 'steps' | 'redrawn'>> {
  const readable = await readPairs({ model, pairs });
  const trained = readModel(model);
  const stages = stagesFromTop(specOf(model.config));
  const total = (1 + redraws * stages.length) * readable.length;
  let done = 0;
  const explainAll = async (weights: TensorMap): Promise<PairMaps[]> => {
    const open = await openMethod(model, { method, layer }, weights);
    try {
      const maps: PairMaps[] = [];
      for (const { pixels } of readable) {
        maps.push(await runMethod(open, model, pixels, { signal }));
        progress({ done: ++done, total });
      }
      return maps;
    } finally {
      await closeMethod(open);
    }
  };
  const redrawnNetwork = async (parts: readonly Stage[], drawSeed: number): Promise<TensorMap> => {
    const weights = redraw(trained, parts, drawSeed);
    return new Map([...weights, ...(await statisticsOf(model, parts, weights, readable))]);
  };
  const base = cellsOf(await explainAll(trained));
  if (!base.some(hasOrder)) throw new AppError('bad-request', NO_ORDER);
  const correlations = stages.map((): number[] => []);
  const redrawn: SignFigures[] = [];
  for (let k = 0; k < redraws; k++) {
    const drawSeed = randomFor(seed, 'redraw', k).below(2 ** 31);
    for (const step of stages.keys()) {
      const maps = await explainAll(await redrawnNetwork(stages.slice(0, step + 1), drawSeed));
      correlations[step]!.push(...correlationsOf(base, cellsOf(maps)));
      if (step === stages.length - 1) redrawn.push(...figuresOf(maps, readable));
    }
  }
  return {
    pairs: readable.length,
    images: base.filter(hasOrder).length,
    steps: stages.map(({ name }, i) => stepOf(name, correlations[i]!)),
    redrawn: referenceOf(redrawn),
  };
}

async function readPairs({ model, pairs }: Pick<RandomiseRequest, 'model' | 'pairs'>): Promise<ReadPair[]> {
  const read: ReadPair[] = [];
  let failure: unknown = null;
  for (const pair of pairs) {
    try {
      read.push({ ...pair, pixels: await decodePair({ model, ...pair }) });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      failure ??= error;
    }
  }
  if (read.length === 0 && failure !== null) throw failure as Error;
  return read;
}

const NO_ORDER =
  'The cells of these maps can’t be ranked: each map has one cell, or all its cells have the same value. Train with larger images, or choose another kind of map.';

/** Images whose statistics batch norm of redrawn layers uses. */
const STATISTICS_IMAGES = 16;

/** The statistics of redrawn batch norms, of the images of the first pairs. */
async function statisticsOf(model: ModelRef, stages: readonly Stage[], weights: TensorMap, pairs: readonly ReadPair[]): Promise<TensorMap> {
  const squares = pairs.flatMap(({ pixels }) => pixels).slice(0, STATISTICS_IMAGES);
  const { config } = model;
  const task = statisticsTask(specOf(config), stages, squares.length);
  if (task === null) return new Map();
  const images = normalisedBatch(squares, config.preprocessing); // [N, 3, S, S]
  const program = await (await openNetworkEngine(model)).compile(task, weights);
  try {
    const found = await program.run({ images });
    return new Map(Object.entries(found).map(([name, data]) => [name, { shape: [data.length], data }]));
  } finally {
    await program.dispose();
  }
}

/** The maps of all images. */
const cellsOf = (maps: readonly PairMaps[]): Float32Array[] => maps.flatMap(({ signed }) => signed);

const hasOrder = (map: Float32Array): boolean => map.some((value) => value !== map[0]);

/** Of each map with an order; 0 where the other one has none. */
const correlationsOf = (base: readonly Float32Array[], others: readonly Float32Array[]): number[] =>
  base.flatMap((map, i) => (hasOrder(map) ? [rankCorrelation(map, others[i]!) ?? 0] : []));

function stepOf(redrawn: string, correlations: readonly number[]): RandomisationStep {
  const values = Float32Array.from(correlations);
  return {
    redrawn,
    mean: correlations.reduce((sum, value) => sum + value, 0) / Math.max(1, correlations.length),
    low: percentile(values, 10),
    high: percentile(values, 90),
  };
}

/** The figures of one sign of a map. */
interface SignFigures {
  share: number; // of the image's evidence
  position: EvidencePosition;
}

/** The figures of both signs of each map of one redrawn network, without weak and empty ones: nothing is said of a trained one's either. */
function figuresOf(maps: readonly PairMaps[], pairs: readonly RandomisePair[]): SignFigures[] {
  const { fullColour } = runScaleOf(Float32Array.from(cellsOf(maps), largestAbsolute));
  return maps.flatMap(({ signed, width: w, height: h, placement }, i) =>
    signed.flatMap((map, image) => {
      const { width, height } = pairs[i]!.sizes[image]!;
      const all = map.reduce((sum, value) => sum + Math.abs(value), 0);
      return [1, -1].flatMap((sign) => {
        const kind = map.map((value) => Math.max(0, sign * value));
        if (largestAbsolute(kind) < WEAK_SHARE * fullColour) return [];
        const position = evidencePosition({ map: kind, w, h, placement }, width, height);
        return position ? [{ position, share: kind.reduce((sum, value) => sum + value, 0) / all }] : [];
      });
    }),
  );
}

function referenceOf(figures: readonly SignFigures[]): RedrawnReference {
  const figureOf = (values: readonly number[]): RedrawnFigure => {
    const sorted = Float32Array.from(values);
    return { median: percentile(sorted, 50), limit: percentile(sorted, 100 * REDRAWN_QUANTILE) };
  };
  const ofRank = (rank: SignRank): RedrawnReference['positions'][SignRank] => {
    const positions = figures.filter(({ share }) => rankOfSign(share) === rank).map(({ position }) => position);
    if (positions.length === 0) return null;
    return Object.fromEntries(POSITION_FIGURES.map((name) => [name, figureOf(positions.map((position) => position[name]))])) as Record<
      PositionFigure,
      RedrawnFigure
    >;
  };
  const major = figures.filter(({ share }) => rankOfSign(share) === 'major');
  return {
    maps: figures.length,
    positions: { major: ofRank('major'), minor: ofRank('minor') },
    dominant: major.length > 0 ? figureOf(major.map(({ share }) => share)) : null,
  };
}
