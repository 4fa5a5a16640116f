import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { RunConfig, RunRecord } from '../../../shared/run.ts';
import { OUTDATED, runNumber } from '../../../shared/run-words.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { ModelRef } from '../../compute/protocol/protocol.ts';
import type { RunStore } from '../../db/runs.ts';
import { explainedLayers, siameseParams, specOf } from '../../nn/siamese.ts';
import { isIntact } from '../../nn/weights/checksum.ts';
import { openSafetensors, readSafetensors } from '../../nn/weights/safetensors.ts';
import { modelCard } from './model-card.ts';

export interface NetworkPorts {
  runs: Pick<RunStore, 'get'>;
  folderOf(run: string): string; // of the run's checkpoints
  encoderFolder(id: string): string; // of an imported encoder
  compute: Pick<ComputeHost, 'ask'>;
}

export interface NetworkExport {
  run: string;
  format: 'onnx' | 'safetensors';
  out: string; // file
}

type StoredRun = Pick<RunRecord, 'run' | 'config'>;

/** The stored networks of runs. */
export class Networks {
  private readonly ports: NetworkPorts;
  private readonly checks = new Map<string, { writtenMs: number; outdated: boolean }>(); // by file

  constructor(ports: NetworkPorts) {
    this.ports = ports;
  }

  /** A reference with which compute opens a run's network. */
  refOf({ run, config, status, modelSha256, epochs }: StoredRun & Pick<RunRecord, 'status' | 'modelSha256' | 'epochs'>): ModelRef {
    // A resumed run has the fingerprint of its last end, and another network already.
    const { folderOf, encoderFolder } = this.ports;
    return {
      folder: folderOf(run),
      config,
      encoderFolder: config.encoder && encoderFolder(config.encoder.id),
      sha256: status === 'done' ? modelSha256 : null,
      epochs: epochs.length,
    };
  }

  /** Whether the run's best network is stored. */
  isStored({ run }: StoredRun): boolean {
    return existsSync(join(this.ports.folderOf(run), 'best.safetensors'));
  }

  /** Changes whenever the run's best network is written; null if none is stored. */
  bestStamp({ run }: StoredRun): string | null {
    const stat = statSync(join(this.ports.folderOf(run), 'best.safetensors'), { throwIfNoEntry: false });
    return stat ? [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join() : null;
  }

  /** Whether the run has a checkpoint that training can resume from. */
  hasCheckpoint({ run }: StoredRun): boolean {
    return existsSync(join(this.ports.folderOf(run), 'last.safetensors'));
  }

  /**
   * Whether the run's network comes from a version of Twinlens that builds it differently: tensors are missing, unexpected, or of
   * another shape. False if nothing is stored. Reads only file headers, once per file.
   */
  isOutdated(run: StoredRun): boolean {
    const folder = this.ports.folderOf(run.run);
    const best = join(folder, 'best.safetensors');
    if (!existsSync(best)) return false;
    const writtenMs = statSync(best).mtimeMs;
    const cached = this.checks.get(best);
    if (cached?.writtenMs === writtenMs) return cached.outdated;
    const outdated = hasOtherTensors(run, [join(folder, 'base.safetensors'), best]);
    this.checks.set(best, { writtenMs, outdated });
    return outdated;
  }

  /** Throws AppError 'bad-request' if the run's network is outdated. */
  refuseOutdated(run: StoredRun): void {
    if (this.isOutdated(run)) throw new AppError('bad-request', `Run ${runNumber(run.run)}: ${OUTDATED}`, { run: run.run });
  }

  /** Layers that can be explained, first to last. */
  layersOf(config: Pick<RunConfig, 'backbone' | 'beside' | 'pooling'>): string[] {
    return explainedLayers(config);
  }

  /** Writes a run's best network to one file, with a model card in its metadata. Returns its path. Throws as refuseOutdated does. */
  async export({ run: id, format, out }: NetworkExport): Promise<string> {
    const run = this.ports.runs.get(id);
    this.refuseOutdated(run);
    const { encoder } = run.config;
    if (encoder && format === 'onnx')
      throw new AppError(
        'bad-request',
        `The network of run ${runNumber(id)} is the head on ${encoder.title}, which is an ONNX file already. Export the head as safetensors instead.`,
        { run: id },
      );
    await this.ports.compute.ask('exportModel', { model: this.refOf(run), format, out, card: modelCard(run) });
    return out;
  }
}

function hasOtherTensors({ config }: StoredRun, files: readonly string[]): boolean {
  const expected = new Map(siameseParams(specOf(config)).map(({ name, shape }) => [name, shape.join()]));
  try {
    const stored = files.flatMap(shapesIn);
    const isOther = stored.length !== expected.size || stored.some(([name, shape]) => expected.get(name) !== shape);
    return isOther && files.every(isIntactFile);
  } catch {
    return false; // missing or damaged: compute reports it when it opens the file
  }
}

/** Throws AppError 'bad-weights' for a file that can't be read. */
function isIntactFile(file: string): boolean {
  const { tensors, metadata } = readSafetensors(file);
  return isIntact(tensors, metadata);
}

function shapesIn(file: string): [string, string][] {
  const source = openSafetensors(file);
  try {
    return [...source.entries].map(([name, shape]) => [name, shape.join()]);
  } finally {
    source.close();
  }
}
