import type { TrainRequest } from '../../../shared/contract.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import { encoderIdOf, encoderSource } from '../../../shared/encoder-name.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ImportedEncoder } from '../../../shared/imported-encoder.ts';
import type { RunConfig, WeightsInfo } from '../../../shared/run.ts';
import { backboneFor, configFor } from './defaults.ts';
import type { TrainingPorts, WeightsOptions } from './ports.ts';

/** An imported encoder as the weights of a run: its source, fingerprint, licence and preprocessing are recorded and checked like theirs. */
export const encoderWeights = ({ id, sha256, licence, preprocessing }: ImportedEncoder): WeightsInfo => ({
  source: encoderSource(id),
  ...{ sha256, licence, preprocessing },
  flavour: 'torch',
});

/** The shape of an encoder's maps before it ran: only the choices of a training are checked with it. */
export const UNMEASURED = { height: 1, width: 1 };

/** Finds the network that trainings start from: weights, an imported encoder, or random weights. */
export class StartNetwork {
  private readonly ports: Pick<TrainingPorts, 'weights' | 'encoders' | 'compute'>;

  constructor(ports: Pick<TrainingPorts, 'weights' | 'encoders' | 'compute'>) {
    this.ports = ports;
  }

  /**
   * The configuration of a new run, and the path of its weights; null if it has none, or an imported encoder. Throws as configFor, and
   * AppError 'not-found' or 'bad-weights' where the weights or the encoder can't be used.
   */
  async configOf(
    choices: TrainRequest,
    dataset: DatasetSummary,
    pairs: RunConfig['pairs'],
    o: WeightsOptions,
  ): Promise<{ config: RunConfig; weightsPath: string | null }> {
    const backbone = backboneFor(choices);
    if (backbone === 'imported') return { config: await this.encoderConfig(choices, dataset, pairs, o), weightsPath: null };
    const weights = choices.weights ? await this.ports.weights.find(choices.weights, backbone, o) : null;
    return { config: configFor(choices, weights?.info ?? null, dataset, pairs), weightsPath: weights?.path ?? null };
  }

  /** Path of the weights that `started` (within a sentence) began with; null if it has none. Throws AppError 'bad-weights' if they have changed. */
  async samePath({ weights, encoder, backbone }: RunConfig, started: string, o: WeightsOptions): Promise<string | null> {
    if (weights === null) return null;
    const { encoders, weights: library } = this.ports;
    const found = encoder === null ? await library.find(weights.source, backbone, o) : { path: null, info: encoderWeights(encoders.get(encoder.id)) };
    if (found.info.sha256 === weights.sha256) return found.path;
    throw new AppError(
      'bad-weights',
      `The weights ${weights.source} have changed since ${started} started, so it can't be computed from them again. Start a new training.`,
      { weights: weights.source },
    );
  }

  private async encoderConfig(
    choices: TrainRequest,
    dataset: DatasetSummary,
    pairs: RunConfig['pairs'],
    { signal }: WeightsOptions,
  ): Promise<RunConfig> {
    if (choices.weights === undefined) return configFor(choices, null, dataset, pairs); // throws with the reason
    const encoder = this.ports.encoders.get(encoderIdOf(choices.weights));
    const config = configFor(choices, encoderWeights(encoder), dataset, pairs, { ...encoder, ...UNMEASURED });
    const { size, device } = config;
    const { height, width, channels } = await this.ports.compute.ask(
      'tryEncoder',
      { encoder, folder: this.ports.encoders.folderOf(encoder.id), size, device, timed: false },
      { signal },
    );
    if (channels !== encoder.channels)
      throw new AppError(
        'bad-weights',
        `${encoder.title} gives ${channels} channels for images of ${size} px, not ${encoder.channels} as when it was added: it can't be used with this size.`,
        { field: 'size' },
      );
    return { ...config, encoder: { ...encoder, height, width } };
  }
}
