import { basename } from 'node:path';
import { BACKBONE_INFO } from '../../../shared/backbones.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { withChecksum } from '../../foundation/jpeg-checksum.ts';
import { log } from '../../foundation/log/log.ts';
import { backboneParams } from '../../nn/siamese.ts';
import { bench } from '../bench/bench.ts';
import { benchEmbed } from '../bench/bench-embed.ts';
import { inspectEncoder } from '../import-encoder/inspect-encoder.ts';
import { storeEncoder } from '../import-encoder/store-encoder.ts';
import { measureContent, readContent } from '../content/content-rows.ts';
import { findDuplicates } from '../duplicates/find-duplicates.ts';
import { embedDataset } from '../embeddings/embed-dataset.ts';
import { areEmbeddingsIntact } from '../embeddings/open-embeddings.ts';
import { recallOfStored } from '../embeddings/recall.ts';
import { layOutImages } from '../image-map/lay-out-images.ts';
import { embedFiles } from '../similar/embed-files.ts';
import { findNearest } from '../similar/find-nearest.ts';
import { rankEncoders, scoreEncoder } from '../compare-encoders/score-encoder.ts';
import { checkLabels } from '../wrong-labels/check-labels.ts';
import { checkDevices } from '../engine/check.ts';
import { tryEncoder } from '../engine/imported-sessions.ts';
import { drawOverlays } from '../explain/comparison-files.ts';
import { findExamples, readExamples } from '../explain/examples.ts';
import { explain } from '../explain/explain.ts';
import { checkMaps } from '../explain/faithfulness.ts';
import { drawFlip, testFlip } from '../explain/flip.ts';
import { findMatches } from '../explain/matches.ts';
import { measureMaps } from '../explain/measure-maps.ts';
import { editedPictures, whatIf } from '../explain/what-if.ts';
import { randomiseMaps } from '../explain/randomise.ts';
import { exportModel } from '../model/export-model.ts';
import { compareRuns, distances, evaluateSplit } from '../train/pair-metrics.ts';
import { untrainedDistances } from '../train/untrained.ts';
import { decodeSquare, DECODERS, inspectContent, previewJpeg } from '../images/images.ts';
import { measureStructure } from '../structure/measure-structure.ts';
import { encodeLogo } from '../images/logo.ts';
import { pageImages } from '../explain/page-images.ts';
import { mapParallel, throwIfCancelled } from '../async/parallel.ts';
import type { InspectedContent } from '../protocol/inspected.ts';
import type { CallContext, Counted, Handlers } from '../protocol/protocol.ts';
import { writeSample } from '../sample/sample.ts';
import { stoppable, stopTraining } from '../train/stops.ts';
import { train } from '../train/train-loop.ts';

const REPORT_MS = 100; // between two reports of progress

/** One function for each entry of ComputeCalls. */
export const handlers: Handlers = {
  inspect: ({ files }, context) => mapParallel(files, DECODERS, inspectOrReason, options(context)),
  timeReading: ({ files, size }, { signal }) => timeReading(files, size, signal),
  preview: async ({ file, sha256, sampleBits, longest, out }, { signal }) => {
    throwIfCancelled(signal);
    const jpeg = await previewJpeg(file, longest, { sampleBits, ...(sha256 === null ? {} : { sha256 }) });
    await writeFileAtomically(out, withChecksum(jpeg, basename(out)));
    return null;
  },
  pageImages: ({ images, ...options }, { signal }) => mapParallel(images, DECODERS, (image) => pageImages(image, options), { signal }),
  encodeLogo: ({ bytes }) => encodeLogo(bytes),
  drawSample: ({ folder, seed }, context) => writeSample(folder, { seed, ...options(context) }),
  tryEncoder,
  weights: async ({ path, backbone, entry }, { signal }) => {
    const params = backboneParams({ backbone, flavour: 'torch', size: BACKBONE_INFO[backbone].smallest, dim: 2 });
    const { loadWeights } = await import('../../nn/weights/load.ts'); // on demand: it loads zod
    return (await loadWeights(path, { backbone, params, entry: entry ?? undefined, signal })).info;
  },
  train: (request, context) => {
    const { engine, device, backbone, scope } = request.model.config;
    log().info({ engine, device, backbone, scope, images: request.images.ids.length, resume: request.resume }, 'training starts');
    return stoppable(request.model.folder, (stop) => train(request, context, stop));
  },
  stopTraining,
  distances,
  untrainedDistances,
  compareOnPairs: compareRuns,
  scoreEncoder,
  findDuplicates,
  embedDataset,
  checkEmbeddings: areEmbeddingsIntact,
  neighbourRecall: recallOfStored,
  layOutImages,
  checkLabels,
  embedFiles,
  findNearest,
  rankEncoders,
  measureContent,
  readContent,
  evaluate: evaluateSplit,
  explain,
  measureMaps,
  measureStructure,
  randomiseMaps,
  checkMaps,
  whatIf,
  editedPictures,
  findMatches,
  readExamples,
  findExamples,
  testFlip,
  drawFlip,
  drawOverlays,
  check: async (request, context) => {
    const checks = await checkDevices(request, context);
    log().info({ checks }, 'devices tried');
    return checks;
  },
  bench,
  benchEmbed,
  exportModel,
  inspectEncoder,
  storeEncoder,
};

async function timeReading(files: readonly string[], size: number, signal: AbortSignal): Promise<number[]> {
  const began = performance.now();
  const durations = await mapParallel(
    files,
    DECODERS,
    async (file) => {
      const from = performance.now();
      await decodeSquare(file, size).catch(() => null);
      return performance.now() - from;
    },
    { signal },
  );
  const sum = durations.reduce((a, b) => a + b, 0);
  const share = sum > 0 ? (performance.now() - began) / sum : 0; // decoding runs in parallel, so the durations overlap
  return durations.map((ms) => (ms * share) / 1000);
}

/** Returns the reason where a file can't be decoded, so that one bad file does not fail the whole listing. */
async function inspectOrReason(file: string): Promise<InspectedContent | { error: string }> {
  try {
    return await inspectContent(file);
  } catch (error) {
    const known = asAppError(error);
    if (!(error instanceof AppError)) throw known;
    return { error: typeof known.details['reason'] === 'string' ? known.details['reason'] : known.message };
  }
}

/** Options of a parallel task: its cancellation signal, and progress reports at most every REPORT_MS. */
function options<N extends 'inspect' | 'drawSample' | 'benchEmbed'>({
  signal,
  progress,
}: CallContext<N>): { signal: AbortSignal; onProgress(done: number, total: number): void } {
  let reported = 0;
  return {
    signal,
    onProgress: (done, total) => {
      const now = performance.now();
      if (now - reported < REPORT_MS && done < total) return;
      reported = now;
      (progress as (p: Counted) => void)({ done, total });
    },
  };
}
