import type { AllHandlers } from '../handler-types.ts';
import { appHandlers } from './app.ts';
import { bundleHandlers } from './bundles.ts';
import { compareHandlers } from './compare.ts';
import { datasetHandlers } from './datasets.ts';
import { duplicateHandlers } from './duplicates.ts';
import { embeddingHandlers } from './embeddings.ts';
import { encoderHandlers } from './encoders.ts';
import { experimentHandlers } from './experiments.ts';
import { imageMapHandlers } from './image-maps.ts';
import { labelHandlers } from './labels.ts';
import { modelHandlers } from './models.ts';
import { pairHandlers } from './pairs.ts';
import { qualityHandlers } from './quality.ts';
import { similarHandlers } from './similar.ts';
import { reportHandlers } from './reports.ts';
import { runHandlers } from './runs.ts';
import { tableHandlers } from './tables.ts';
import { whatIfHandlers } from './what-ifs.ts';

/** One handler per call of the contract. */
export const handlers: AllHandlers = {
  ...appHandlers,
  ...datasetHandlers,
  ...pairHandlers,
  ...runHandlers,
  ...experimentHandlers,
  ...modelHandlers,
  ...bundleHandlers,
  ...encoderHandlers,
  ...tableHandlers,
  ...embeddingHandlers,
  ...imageMapHandlers,
  ...labelHandlers,
  ...duplicateHandlers,
  ...qualityHandlers,
  ...compareHandlers,
  ...whatIfHandlers,
  ...similarHandlers,
  ...reportHandlers,
};
