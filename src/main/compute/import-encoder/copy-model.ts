import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, linkSync, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeScratchFolder } from '../../foundation/files.ts';
import { withOutput } from '../../nn/engines/imported/extract.ts';
import type { OnnxFile } from '../../nn/engines/imported/onnx-file.ts';
import { throwIfCancelled } from '../async/parallel.ts';

export interface CopyModelOptions {
  model: OnnxFile;
  external: readonly string[]; // paths within the model's folder
  output: string; // the only output of the copy, unless the model declares it
  folder: string; // existing
  file: string; // name of the copy
  signal: AbortSignal;
  onBytes?: (bytes: number) => void; // copied since the last call
}

/** Copies a model with its external data, flushed to the disk. Returns the SHA-256 of all copied bytes, the model first. */
export async function copyModel({ model, external, output, folder, file, signal, onBytes }: CopyModelOptions): Promise<string> {
  const hash = createHash('sha256');
  const write = async (path: string, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> => {
    mkdirSync(dirname(path), { recursive: true });
    const target = await open(path, 'wx');
    try {
      for await (const part of parts) {
        throwIfCancelled(signal);
        hash.update(part);
        await target.writeFile(part); // appends: the handle keeps its position
        onBytes?.(part.length);
      }
      await target.sync();
    } finally {
      await target.close();
    }
  };
  const isDeclared = model.outputs.some(({ name }) => name === output);
  await write(join(folder, file), isDeclared ? bytesOf(model.path) : withOutput(model, output));
  for (const name of external) await write(join(folder, name), bytesOf(join(dirname(model.path), name)));
  return hash.digest('hex');
}

const bytesOf = (path: string): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;

/** A temporary folder with the model, `output` its only output, and links to its external data. The caller deletes it. */
export async function extractToScratch(options: Omit<CopyModelOptions, 'folder'>): Promise<string> {
  const folder = makeScratchFolder('twinlens-encoder-');
  await copyModel({ ...options, folder, external: [] });
  for (const name of options.external) {
    const [from, to] = [join(dirname(options.model.path), name), join(folder, name)];
    mkdirSync(dirname(to), { recursive: true });
    try {
      linkSync(from, to); // onnxruntime refuses symbolic links out of the model's folder
    } catch {
      copyFileSync(from, to); // another disk, or one without links
    }
  }
  return folder;
}
