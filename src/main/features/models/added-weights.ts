import { existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { BACKBONES, type BackboneName, TRAINABLE_NETWORKS } from '../../../shared/backbones.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { backboneName } from '../../../shared/run-words.ts';
import type { WeightsInspection } from '../../../shared/shelf.ts';
import { Flavour, Preprocessing } from '../../../shared/training-options/weights.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import { bytesInFolder, makeFolders, temporaryPath, writeFileAtomically } from '../../foundation/files.ts';
import { readJson } from '../../nn/weights/json.ts';
import { checkWeightsFile, weightsFiles, weightsHeader } from '../../nn/weights/load.ts';
import { paramsOf } from './params.ts';
import { runNames } from './run-names.ts';

const RECORD = 'added.json';

const Record = z.object({
  id: z.string(),
  backbone: z.enum(BACKBONES),
  title: z.string(),
  file: z.string(), // the one to open
  flavour: Flavour,
  preprocessing: Preprocessing,
  licence: z.string().nullable(),
  addedMs: z.number(),
});

/** Weights that a person added: copies of the files in one folder, with a record of what was found in them. */
export type AddedWeights = z.infer<typeof Record> & { folder: string; bytes: number };

export interface AddWeights {
  path: string;
  backbone: BackboneName;
  title: string;
  licence: string | null;
}

/** What a weights file is for, by its header. `chosen`: to check it against; default: the one that it seems to be for. Throws AppError if it can't be read. */
export function inspectWeights(path: string, chosen?: BackboneName): WeightsInspection {
  const files = weightsFiles(path);
  const { network, licence } = weightsHeader(path);
  const backbone = chosen ?? TRAINABLE_NETWORKS.find((name) => name === network) ?? null;
  return {
    files: files.map((file) => basename(file)),
    bytes: weightsBytes(path),
    network,
    backbone,
    licence,
    title: titleOf(files[0]!, backbone),
    problem: backbone === null ? noNetwork(network) : problemWith(path, backbone),
  };
}

/** Bytes of the file and of its shards. Throws AppError as weightsFiles does. */
export const weightsBytes = (path: string): number => weightsFiles(path).reduce((sum, file) => sum + statSync(file).size, 0);

function problemWith(path: string, backbone: BackboneName): string | null {
  try {
    checkWeightsFile(path, { backbone, params: paramsOf(backbone) });
    return null;
  } catch (error) {
    return asAppError(error).message;
  }
}

function noNetwork(network: string | null): string {
  if (network === null) return 'By its names and shapes this file is for no network that Twinlens has. Choose the network, or another file.';
  const why = (BACKBONES as readonly string[]).includes(network) ? 'which takes no weights' : "which Twinlens doesn't have";
  return `By its names and shapes this file is for ${network}, ${why}. Choose another file.`;
}

/** The file's name, or its folder's where every such file has that name. */
function titleOf(file: string, backbone: BackboneName | null): string {
  const name = basename(file).replace(/(\.safetensors)?\.(index\.)?(json|safetensors)$/i, '');
  if (name !== 'model') return name;
  return basename(dirname(file)) || (backbone === null ? name : backboneName(backbone));
}

/** The folder of downloads, with the weights that a person added. */
export class AddedWeightsFolder {
  private readonly folder: string;
  private readonly compute: Pick<ComputeHost, 'ask'>;

  constructor(folder: string, compute: Pick<ComputeHost, 'ask'>) {
    this.folder = folder;
    this.compute = compute;
  }

  /** In the order in which they were added. A folder whose record can't be read is left out. */
  list(): AddedWeights[] {
    const ids = existsSync(this.folder) ? readdirSync(this.folder) : [];
    return ids.flatMap((id) => this.find(id) ?? []).toSorted((a, b) => a.addedMs - b.addedMs);
  }

  find(id: string): AddedWeights | null {
    const folder = join(this.folder, id);
    if (basename(folder) !== id || !existsSync(join(folder, RECORD))) return null; // an id is a name of a folder, not a path
    try {
      const record = Record.parse(readJson(join(folder, RECORD)));
      return { ...record, id, folder, bytes: bytesInFolder(folder) };
    } catch {
      return null;
    }
  }

  /**
   * Reads all tensors of a file, then copies its files, whole or not at all. `taken`: ids of the catalogue. Throws AppError 'bad-weights',
   * 'not-found', 'disk-full' or 'cancelled'.
   */
  async add({ path, backbone, title, licence }: AddWeights, taken: readonly string[], signal: AbortSignal): Promise<AddedWeights> {
    const { flavour, preprocessing, licence: stated } = await this.compute.ask('weights', { path, backbone, entry: null }, { signal });
    const files = weightsFiles(path);
    const from = dirname(files[0]!);
    makeFolders(this.folder);
    const temporary = temporaryPath(join(this.folder, 'added'));
    try {
      for (const file of files) {
        if (signal.aborted) throw new AppError('cancelled', 'Cancelled.');
        const target = join(temporary, file.slice(from.length + 1));
        makeFolders(dirname(target));
        await copyFile(file, target);
      }
      const id = this.unusedId(title, backbone, taken);
      const record = { id, backbone, title, file: basename(files[0]!), flavour, preprocessing, licence: licence ?? stated, addedMs: Date.now() };
      await writeFileAtomically(join(temporary, RECORD), `${JSON.stringify(record, null, 2)}\n`);
      await rename(temporary, join(this.folder, id));
      return this.find(id)!;
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw asAppError(error);
    }
  }

  /** Deletes the copies. `usedBy`: names of runs that started from them; they can't be computed again without the weights. */
  async remove({ title, folder }: AddedWeights, usedBy: readonly string[]): Promise<void> {
    if (usedBy.length > 0) {
      const first = usedBy.length === 1 ? 'this run' : 'these runs';
      throw new AppError('bad-request', `${title} is the start of ${runNames(usedBy)}. Remove ${first} first.`, { runs: usedBy });
    }
    await rm(folder, { recursive: true, force: true });
  }

  private unusedId(title: string, backbone: BackboneName, taken: readonly string[]): string {
    const plain =
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '_')
        .replaceAll(/^_+|_+$/g, '')
        .slice(0, 60) || backbone;
    const isTaken = (id: string): boolean => taken.includes(id) || existsSync(join(this.folder, id)) || (BACKBONES as readonly string[]).includes(id);
    let id = plain;
    for (let n = 2; isTaken(id); n++) id = `${plain}_${n}`;
    return id;
  }
}
