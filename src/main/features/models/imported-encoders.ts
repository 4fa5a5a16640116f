import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { EncoderChoices } from '../../../shared/encoder-choices.ts';
import type { EncoderInspection } from '../../../shared/encoder-inspection.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { ENCODER_ID } from '../../../shared/encoder-forms.ts';
import { ImportedEncoder } from '../../../shared/imported-encoder.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import { bytesInFolder, makeFolders, temporaryPath, writeFileAtomically } from '../../foundation/files.ts';
import { SerialQueue } from '../../foundation/jobs/serial-queue.ts';
import { log } from '../../foundation/log/log.ts';
import { sha256OfFile } from '../../nn/weights/transfer.ts';
import { runNames } from './run-names.ts';

const RECORD = 'encoder.json';

export interface ImportedEncoderPorts {
  folder: string; // one folder in it for each encoder
  /** Starts a compute process for one model: an untrusted file may crash it. */
  openCompute(): Pick<ComputeHost, 'ask' | 'end'>;
  /** Image files of the user to try a model with, up to TRIAL_IMAGES; none: drawn ones. */
  trialImages(): string[];
  /** Names of runs that use an encoder. */
  runsUsing(id: string): string[];
}

/** An encoder with the disk space that its files take. */
export interface StoredEncoder extends ImportedEncoder {
  bytes: number;
}

export interface AddEncoderRequest {
  path: string; // an ONNX file or a folder with one, absolute
  choices: EncoderChoices;
}

interface AddOptions {
  signal: AbortSignal;
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined; // bytes copied
}

/** Encoders from ONNX files that a person brought: found out about, checked, stored beside the downloaded weights. */
export class ImportedEncoders {
  private readonly ports: ImportedEncoderPorts;
  private readonly queue = new SerialQueue(); // two large models at once may exceed the memory

  constructor(ports: ImportedEncoderPorts) {
    this.ports = ports;
  }

  /** By title. A folder without a valid record is left out; the log says so. */
  list(): StoredEncoder[] {
    const { folder } = this.ports;
    if (!existsSync(folder)) return [];
    const ids = readdirSync(folder).filter((name) => ENCODER_ID.test(name));
    const found = ids.flatMap((id) => {
      try {
        return [{ ...this.get(id), bytes: bytesInFolder(this.folderOf(id)) }];
      } catch (error) {
        log().warn({ err: error, id }, 'an imported encoder can’t be read');
        return [];
      }
    });
    return found.sort((a, b) => a.title.localeCompare(b.title, 'en'));
  }

  /** Throws AppError 'not-found', or 'bad-weights' for a damaged record. */
  get(id: string): ImportedEncoder {
    const file = join(this.folderOf(id), RECORD);
    if (!existsSync(file)) {
      const known = existsSync(this.ports.folder) ? readdirSync(this.ports.folder).filter((name) => ENCODER_ID.test(name)) : [];
      const list = known.length ? `Added ones: ${known.join(', ')}.` : 'None was added yet.';
      throw new AppError('not-found', `There is no imported encoder ${id}. ${list}`, { id, flags: ['weights add FILE.onnx'] });
    }
    const parsed = ImportedEncoder.safeParse(jsonOf(file));
    if (!parsed.success)
      throw new AppError('bad-weights', `The record of the encoder ${id} is damaged. Add the same file again under the name ${id}.`, { id });
    return parsed.data;
  }

  /** Null without a valid record. */
  private readable(id: string): ImportedEncoder | null {
    try {
      return this.get(id);
    } catch {
      return null;
    }
  }

  /** The folder with its model file. Throws AppError 'not-found' for what can't be an id. */
  folderOf(id: string): string {
    if (!ENCODER_ID.test(id)) throw new AppError('not-found', `${JSON.stringify(id)} is not the name of an imported encoder.`, { id });
    return join(this.ports.folder, id);
  }

  /** What a model's files say and what trying it shows. Problems of the model are in the result. Throws AppError 'not-found' or 'cancelled'. */
  inspect(request: AddEncoderRequest, signal: AbortSignal): Promise<EncoderInspection> {
    return this.withCompute(request.path, signal, (compute) => this.inspectWith(compute, request, signal));
  }

  /**
   * Inspects a model and stores it, whole or not at all. If an encoder of this name was added from the same file and its files were lost or
   * changed since, they are restored and its record stays, so that its runs work again. A folder whose record was lost or damaged is replaced.
   * Throws AppError 'bad-weights' with its first problem, 'bad-request' for a name that another model has, 'disk-full' or 'cancelled'.
   */
  async add(request: AddEncoderRequest, { signal, onProgress }: AddOptions): Promise<ImportedEncoder> {
    const { id } = request.choices;
    if (id !== undefined) this.folderOf(id); // refuses what can't be an id, before the model is tried
    return await this.withCompute(request.path, signal, async (compute) => {
      const { draft, problems, path } = await this.inspectWith(compute, request, signal);
      if (!draft) throw new AppError('bad-weights', `${basename(path)} can’t be added. ${problems[0] ?? ''}`, { path, problems });
      const target = this.folderOf(draft.id);
      const temporary = temporaryPath(target);
      try {
        makeFolders(temporary);
        const { sha256 } = await compute.ask('storeEncoder', { path, draft, folder: temporary }, { signal, onProgress });
        const earlier = this.readable(draft.id);
        const encoder: ImportedEncoder = earlier ?? { ...draft, sha256, addedMs: Date.now() };
        if (draft.file !== encoder.file) await rename(join(temporary, draft.file), join(temporary, encoder.file)); // runs know it by this name
        if (earlier !== null && (earlier.sha256 !== sha256 || (await hasFilesOf(target, temporary)))) throw takenError(draft.id);
        await writeFileAtomically(join(temporary, RECORD), `${JSON.stringify(encoder, null, 2)}\n`);
        await rm(target, { recursive: true, force: true });
        await rename(temporary, target);
        return encoder;
      } catch (error) {
        await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
        throw asAppError(error);
      }
    });
  }

  /** Throws AppError 'not-found', or 'bad-request' while runs use it. */
  remove(id: string): void {
    const folder = this.folderOf(id);
    if (!existsSync(folder)) this.get(id);
    const runs = this.ports.runsUsing(id);
    if (runs.length > 0) {
      throw new AppError(
        'bad-request',
        `The encoder ${id} is used by ${runNames(runs)}. Without it ${runs.length === 1 ? 'this run can compare no images: remove it first' : 'they can compare no images: remove them first'}.`,
        { id, runs },
      );
    }
    rmSync(join(folder, RECORD), { force: true }); // without its record it is no encoder, should deleting the rest fail
    rmSync(folder, { recursive: true, force: true });
  }

  private inspectWith(compute: Pick<ComputeHost, 'ask'>, { path, choices }: AddEncoderRequest, signal: AbortSignal): Promise<EncoderInspection> {
    return compute.ask('inspectEncoder', { path, choices, images: this.ports.trialImages() }, { signal });
  }

  private withCompute<T>(path: string, signal: AbortSignal, work: (compute: Pick<ComputeHost, 'ask'>) => Promise<T>): Promise<T> {
    return this.queue.run(
      signal,
      () => undefined,
      async () => {
        const compute = this.ports.openCompute();
        try {
          return await work(compute);
        } catch (error) {
          throw error instanceof AppError && error.code === 'compute-lost' ? crashError(path, error) : error;
        } finally {
          await compute.end();
        }
      },
    );
  }
}

function crashError(path: string, { details }: AppError): AppError {
  const memory =
    details['signal'] === 'SIGKILL' ? 'It may have run out of memory: choose a smaller model.' : 'Export the model again, or choose another one.';
  return new AppError(
    'bad-weights',
    `The process that tried ${basename(path)} crashed. Nothing was stored, and Twinlens is still running. ${memory}`,
    {
      ...details,
      path,
    },
  );
}

/** Whether `folder` has all files of `other` with the same content. */
async function hasFilesOf(folder: string, other: string): Promise<boolean> {
  for (const entry of readdirSync(other, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const own = join(folder, relative(other, from));
    if (statSync(own, { throwIfNoEntry: false })?.size !== statSync(from).size || (await sha256OfFile(own)) !== (await sha256OfFile(from)))
      return false;
  }
  return true;
}

const takenError = (id: string): AppError =>
  new AppError('bad-request', `There is an imported encoder named ${id} already. Choose another name, or remove that one first.`, {
    id,
    field: 'id',
    flags: ['--name ID'],
  });

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
