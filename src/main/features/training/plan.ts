import { existsSync } from 'node:fs';
import { type BackboneName, hasPatches } from '../../../shared/backbones.ts';
import { TrainRequest } from '../../../shared/contract.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import { encoderIdOf } from '../../../shared/encoder-name.ts';
import { AppError } from '../../../shared/errors.ts';
import { countText } from '../../../shared/format.ts';
import type { PlanProblem, TrainingPlan } from '../../../shared/training-plan.ts';
import type { ImportedEncoder } from '../../../shared/imported-encoder.ts';
import { findingText } from '../../../shared/lint.ts';
import { backboneName } from '../../../shared/run-words.ts';
import { hasEpochs } from '../../../shared/losses.ts';
import type { RunConfig, WeightsInfo } from '../../../shared/run.ts';
import type { DeviceReport, Settings } from '../../../shared/workbench.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import { ENOUGH_IMAGES } from '../../domain/pairs/enough-images.ts';
import { fewPairs } from '../../domain/lint/distances.ts';
import { chooseDevice, deviceProblem } from '../../domain/devices/choose-device.ts';
import { TRAINING_OPTIONS } from '../../../shared/training-options/table.ts';
import { backboneFor, configFor } from './defaults.ts';
import type { PairCounts, StepMemory } from './ports.ts';
import { encoderWeights, UNMEASURED } from './start-network.ts';
import { memoryProblem, whyNoGroups, whyNoPairs } from './untrainable.ts';

/** The properties of a catalogue entry that a plan needs. */
export interface KnownWeights extends Pick<WeightsInfo, 'licence' | 'flavour' | 'preprocessing'> {
  id: string;
  backbone: BackboneName;
  tensorsSha256?: string | undefined;
}

/** What a plan depends on besides the choices. */
export interface PlanFacts {
  datasets: Pick<DatasetStore, 'get'>;
  catalogue: readonly KnownWeights[];
  /** Why a file can't be used as weights of a backbone, and the backbone that it is for; null if it can. */
  weightsProblem: (path: string, backbone: BackboneName) => { message: string; network: BackboneName | null } | null;
  /** An imported encoder. Throws AppError 'not-found'. */
  encoder(id: string): ImportedEncoder;
  setting: Settings['device'];
  devices: DeviceReport | null;
  memory: StepMemory;
  /** A stored list of pairs. Throws AppError 'not-found'. */
  pairList(dataset: string, list: string): NonNullable<RunConfig['pairs']>;
}

export interface PlanDraft extends Omit<TrainingPlan, 'estimate' | 'waiting'> {
  request: TrainRequest | null; // with the device filled in; null if there are problems
  dataset: DatasetSummary | null;
}

/**
 * Checks the choices without reading weights, images or devices; of a weights file only the header. Finds all problems instead of throwing
 * at the first.
 */
export function planTraining(facts: PlanFacts, choices: Record<string, unknown>): PlanDraft {
  const problems: PlanProblem[] = [];
  const parsed = TrainRequest.safeParse(choices);
  const dataset = typeof choices['dataset'] === 'string' ? findDataset(facts, choices['dataset'], problems) : null;
  const images = dataset ? dataset.splits.train + dataset.splits.valid : 0;
  const isOfClasses = choices['pairs'] === undefined && [undefined, 'class'].includes(choices['same'] as undefined); // else see withPairs
  const classPairs = (isOfClasses && dataset?.pairs) || null;
  if (isOfClasses && dataset?.pairs.valid === 0)
    problems.push({
      field: 'dataset',
      message: `${dataset.name} has no validation pairs, so the best epoch can't be chosen. Include excluded images, or import ${ENOUGH_IMAGES}.`,
    });
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) problems.push({ field: path.join('.') || null, message });
    const requested = TrainRequest.pick({ engine: true, device: true }).safeParse(choices);
    const device = chooseDevice(requested.success ? requested.data : {}, facts.setting, facts.devices);
    return { request: null, dataset, config: null, problems, warnings: warningsOf(dataset, classPairs), images, device };
  }
  const device = chooseDevice(parsed.data, facts.setting, facts.devices);
  const request = { ...parsed.data, engine: device.engine, device: device.device };
  const problem = deviceProblem(device, facts.devices);
  if (problem) problems.push({ field: 'device', message: `${problem} Choose another device.` });
  const config = configOf(facts, request, dataset, problems);
  const tooLarge = config && memoryProblem(facts.memory, config);
  if (tooLarge) problems.push(tooLarge);
  const noGroups = dataset && whyNoGroups(dataset, request.same ?? TRAINING_OPTIONS.same.default);
  if (noGroups) problems.push({ field: 'same', message: noGroups });
  const warnings = [
    ...warningsOf(dataset, classPairs),
    ...(request.seeds !== undefined && config && !hasEpochs(config) && !hasPatches(config) ? [SEEDS_OF_PROBE] : []),
  ];
  return { request: problems.length ? null : request, dataset, config, problems, warnings, images, device };
}

const SEEDS_OF_PROBE =
  'A linear probe hardly depends on the seed, so several seeds show no spread of training. Train one, or choose a loss that is trained by steps.';

/** The plan of a training on groups or on a list of pairs, with what these pairs make impossible or doubtful. */
export function withPairs(draft: PlanDraft, counts: PairCounts): PlanDraft {
  const { dataset, config } = draft;
  if (!dataset || !config) return draft;
  const noPairs = whyNoPairs(dataset.name, counts, config);
  const problems = noPairs === null ? draft.problems : [...draft.problems, { field: config.same === 'pairs' ? 'pairs' : 'same', message: noPairs }];
  const { same, different } = counts.test;
  const untested =
    same > 0 && different > 0
      ? []
      : [
          `The test images form ${countText(same)} same and ${countText(different)} different pairs: figures need both, so the run will have none on test pairs.`,
        ];
  return {
    ...draft,
    problems,
    request: problems.length > 0 ? null : draft.request,
    warnings: [...warningsOf(dataset, { valid: counts.valid.same + counts.valid.different, test: same + different }), ...untested],
  };
}

/** The data set's warnings, and what lint finds in numbers that are known before training. `pairs`: those of each split; null: not known yet. */
function warningsOf(dataset: DatasetSummary | null, pairs: Record<'valid' | 'test', number> | null): string[] {
  const few = (['valid', 'test'] as const).map((split) => (pairs !== null && pairs[split] > 0 ? fewPairs(split, pairs[split]) : null));
  const findings = few.filter((finding) => finding !== null);
  return [...(dataset?.warnings ?? []), ...findings.map(findingText)];
}

function findDataset({ datasets }: PlanFacts, idOrName: string, problems: PlanProblem[]): DatasetSummary | null {
  try {
    return datasets.get(idOrName);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems.push({ field: 'dataset', message: error.message });
    return null;
  }
}

/** The configuration, with weights not yet verified. If choices conflict, adds a problem and returns null. */
function configOf(facts: PlanFacts, request: TrainRequest, dataset: DatasetSummary | null, problems: PlanProblem[]): RunConfig | null {
  try {
    const { weights: source } = request;
    const encoder = source !== undefined && backboneFor(request) === 'imported' ? { ...facts.encoder(encoderIdOf(source)), ...UNMEASURED } : null;
    const weights = encoder ? encoderWeights(encoder) : source === undefined ? null : weightsOf(facts, request, source, problems);
    const list = request.pairs === undefined || dataset === null ? null : facts.pairList(dataset.dataset, request.pairs);
    return configFor(request, weights, dataset ?? undefined, list, encoder);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { field } = error.details;
    problems.push({ field: typeof field === 'string' ? field : null, message: error.message });
    return null;
  }
}

const UNVERIFIED = { sha256: '', licence: null, flavour: 'torch', preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } } as const;

function weightsOf({ catalogue, weightsProblem }: PlanFacts, request: TrainRequest, source: string, problems: PlanProblem[]): WeightsInfo {
  const backbone = backboneFor(request);
  const entry = catalogue.find(({ id }) => id === source);
  if (entry) {
    if (entry.backbone !== backbone)
      problems.push({
        field: 'weights',
        message: `These weights are for ${backboneName(entry.backbone)}, not for ${backboneName(backbone)}.`,
        fix: useBackbone(entry.backbone),
      });
    const { id, licence, flavour, preprocessing } = entry;
    return { source: id, sha256: entry.tensorsSha256 ?? '', licence, flavour, preprocessing };
  }
  if (source.trim() === '') problems.push({ field: 'weights', message: 'Choose a weights file.' });
  else if (!existsSync(source)) problems.push({ field: 'weights', message: 'File not found.' });
  else {
    const problem = weightsProblem(source, backbone);
    if (problem) problems.push({ field: 'weights', message: problem.message, ...(problem.network && { fix: useBackbone(problem.network) }) });
  }
  return {
    source,
    ...UNVERIFIED,
    preprocessing: { mean: [...UNVERIFIED.preprocessing.mean], std: [...UNVERIFIED.preprocessing.std] },
  };
}

const useBackbone = (backbone: BackboneName): NonNullable<PlanProblem['fix']> => ({ text: `Use ${backboneName(backbone)}`, choices: { backbone } });
