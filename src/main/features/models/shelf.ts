import { join } from 'node:path';
import { BACKBONE_INFO, type BackboneName } from '../../../shared/backbones.ts';
import { encoderIdOf, encoderSource, isEncoderSource } from '../../../shared/encoder-name.ts';
import { explanationText, preprocessingText } from '../../../shared/imported-encoder-words.ts';
import { backboneName, runNumber } from '../../../shared/run-words.ts';
import type { Reach, ShelfModel } from '../../../shared/shelf.ts';
import type { RunStore } from '../../db/runs.ts';
import { type CatalogueEntry, findEntry } from '../../nn/weights/catalogue.ts';
import { bytesDownloaded, isDownloaded } from '../../nn/weights/download.ts';
import type { ImportedEncoders, StoredEncoder } from './imported-encoders.ts';
import type { HostProbe } from './reach.ts';
import type { AddedWeights } from './added-weights.ts';
import { paramsOf } from './params.ts';
import type { WeightsLibrary } from './weights.ts';

export interface ShelfPorts {
  downloads: string; // folder
  weights: Pick<WeightsLibrary, 'entries' | 'remove' | 'added'>;
  imported: Pick<ImportedEncoders, 'list' | 'folderOf' | 'remove'>;
  probe: Pick<HostProbe, 'problemOf'>;
  runs: Pick<RunStore, 'list'>;
}

/** Backbones that are good without weights. */
const WITHOUT_WEIGHTS: readonly BackboneName[] = ['patches', 'compact'];

const FLOAT_BYTES = 4;

/** The models that a training can start from: those that need no weights, imported encoders, and those of the catalogue. */
export class Shelf {
  private readonly ports: ShelfPorts;

  constructor(ports: ShelfPorts) {
    this.ports = ports;
  }

  list(): ShelfModel[] {
    const { weights, imported, runs } = this.ports;
    const usedBy = new Map<string, string[]>();
    for (const { run, config } of runs.list())
      if (config.weights) usedBy.set(config.weights.source, [...(usedBy.get(config.weights.source) ?? []), run]);
    return [
      ...WITHOUT_WEIGHTS.map(withoutWeights),
      ...[
        ...imported.list().map((encoder) => this.importedModel(encoder)),
        ...weights.added.list().map(addedModel),
        ...weights.entries().map((entry) => this.catalogueModel(entry)),
      ].map((model) => ({ ...model, usedBy: usedBy.get(model.id) ?? [] })),
    ];
  }

  /** Whether weights can be downloaded now. They need no download if they are here. Throws AppError 'not-found'. */
  async reach(id: string, again: boolean): Promise<Reach> {
    const { downloads, weights, probe } = this.ports;
    const entry = findEntry(weights.entries(), id);
    const { url } = entry.files[0]!;
    const problem = isDownloaded(entry, downloads) ? null : await probe.problemOf(url, again);
    return {
      host: new URL(url).host,
      problem: problem === null ? null : `The weights of ${backboneName(entry.backbone)} are not on this computer, and ${problem}.`,
    };
  }

  /**
   * Deletes a download, an imported encoder `onnx:ID`, or added weights. Throws AppError 'not-found', and 'bad-request' during the download and
   * while runs need the encoder or the weights.
   */
  async remove(id: string): Promise<void> {
    const { weights, imported } = this.ports;
    const added = weights.added.find(id);
    if (isEncoderSource(id)) imported.remove(encoderIdOf(id));
    else if (added) await weights.added.remove(added, this.runsFrom(id));
    else await weights.remove(id);
  }

  /** Names of the runs that started from weights. */
  private runsFrom(id: string): string[] {
    return this.ports.runs
      .list()
      .filter(({ config }) => config.weights?.source === id)
      .map(({ run }) => `run ${runNumber(run)}`);
  }

  private importedModel({ id, title, licence, bytes, ...encoder }: StoredEncoder): Omit<ShelfModel, 'usedBy'> {
    return {
      ...{ id: encoderSource(id), source: 'onnx', backbone: 'imported', title, licence, licenceUrl: null, state: 'here', host: null, bytes },
      use: explanationText(encoder),
      about: `An ONNX file that you added. Pixels: ${preprocessingText(encoder.preprocessing)}.`,
      isEstimate: false,
      folder: this.ports.imported.folderOf(id),
    };
  }

  private catalogueModel(entry: CatalogueEntry): Omit<ShelfModel, 'usedBy'> {
    const { downloads } = this.ports;
    const { id, backbone, about, licence, licenceUrl, files } = entry;
    const stored = bytesDownloaded(entry, downloads);
    const state = isDownloaded(entry, downloads) ? 'here' : stored > 0 ? 'part' : 'absent';
    const stated = files.reduce<number | null>((sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes), 0);
    const folder = join(downloads, id);
    return {
      ...{ id, source: 'catalogue', backbone, about, licence, licenceUrl, state },
      title: backboneName(backbone),
      use: BACKBONE_INFO[backbone].help,
      host: new URL(files[0]!.url).host,
      bytes: state === 'here' ? stored : (stated ?? bytesOfParams(backbone)),
      isEstimate: state !== 'here' && stated === null,
      folder: stored > 0 ? folder : null,
    };
  }
}

const withoutWeights = (backbone: BackboneName): ShelfModel => ({
  ...{ id: backbone, source: 'none', backbone, about: null, licence: null, licenceUrl: null, host: null, folder: null },
  title: backboneName(backbone),
  use: BACKBONE_INFO[backbone].help,
  state: 'here',
  bytes: 0,
  isEstimate: false,
  usedBy: [],
});

const addedModel = ({ id, backbone, title, licence, folder, bytes }: AddedWeights): Omit<ShelfModel, 'usedBy'> => ({
  ...{ id, source: 'file', backbone, title, licence, folder, bytes },
  use: `Weights of ${backboneName(backbone)} that you added. ${BACKBONE_INFO[backbone].help}`,
  about: null,
  licenceUrl: null,
  host: null,
  state: 'here',
  isEstimate: false,
});

const parameterBytes = new Map<BackboneName, number>();

/** Bytes of a backbone's parameters in float32: about those of its weights file. */
function bytesOfParams(backbone: BackboneName): number {
  const known = parameterBytes.get(backbone);
  if (known !== undefined) return known;
  const bytes = paramsOf(backbone).reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, FLOAT_BYTES), 0);
  parameterBytes.set(backbone, bytes);
  return bytes;
}
