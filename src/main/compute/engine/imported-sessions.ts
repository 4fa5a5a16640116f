import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { encoderSource } from '../../../shared/encoder-name.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ImportedEncoder } from '../../../shared/imported-encoder.ts';
import type { DeviceName } from '../../../shared/run.ts';
import { readOnnxFile } from '../../nn/engines/imported/onnx-file.ts';
import { type ImportedSession, openImported } from '../../nn/engines/imported/session.ts';
import { LeasePool } from '../async/lease-pool.ts';
import { externalFiles } from '../import-encoder/model-files.ts';
import { FORWARD_BATCH } from '../images/batches.ts';
import type { ComputeCalls } from '../protocol/protocol.ts';
import { openEngine } from './engine-choice.ts';

/** An imported encoder, the folder that has its files, and the device that runs it. */
interface EncoderUse {
  encoder: ImportedEncoder;
  folder: string;
  device: DeviceName;
}

/** Opening an encoder reads its whole file, so the last two stay open: those of two runs that a person compares. */
const sessions = new LeasePool<ImportedSession>(2, (session) => session.close());

/**
 * Runs `work` with an open encoder. Throws AppError 'not-found' if its file is missing, 'bad-weights' if it is another file than the one
 * that was added, and as openEngine and openImported do.
 */
export const useEncoder = <T>({ encoder, folder, device }: EncoderUse, work: (session: ImportedSession) => Promise<T>): Promise<T> => {
  const { sha256, input, output, batch } = encoder;
  return sessions.use(
    JSON.stringify([folder, sha256, input, output, batch, device]),
    async () => {
      await openEngine('onnx', device); // says why a device can't be used
      await verifyEncoder(encoder, folder);
      return openImported(encoder, folder, device);
    },
    work,
  );
};

/** The shape of an encoder's maps of images of a size; if `timed`, also the seconds for an image, of a second batch. */
export const tryEncoder = ({
  encoder,
  folder,
  size,
  device,
  timed,
}: ComputeCalls['tryEncoder']['args']): Promise<ComputeCalls['tryEncoder']['result']> =>
  useEncoder({ encoder, folder, device }, async (session) => {
    const shape = await session.shapeAt(size);
    if (!timed) return { ...shape, seconds: 0 };
    const images = new Float32Array(FORWARD_BATCH * 3 * size ** 2);
    await session.run(images, size);
    const began = performance.now();
    await session.run(images, size);
    return { ...shape, seconds: (performance.now() - began) / 1000 / FORWARD_BATCH };
  });

const verified = new Map<string, string>(); // state of an encoder's files when their SHA-256 was verified, by folder

/** Compares the fingerprint of an encoder's files once for each state of them. */
async function verifyEncoder({ id, title, sha256, file }: ImportedEncoder, folder: string): Promise<void> {
  const path = join(folder, file);
  const name = `The encoder ${title} (${encoderSource(id)})`;
  if (!existsSync(path))
    throw new AppError('not-found', `${name} is no longer on this computer: ${path} is missing. Add the same file again under the name ${id}.`, {
      path,
    });
  const changed = (cause?: unknown): AppError =>
    new AppError(
      'bad-weights',
      `${name} is not the file that was added: ${path} or its data were changed. Add the original file again under the name ${id}.`,
      { path },
      cause,
    );
  const files = modelFiles(path, changed);
  const state = JSON.stringify([sha256, ...files.map((one) => statSync(join(folder, one))).map((s) => [s.ino, s.size, s.mtimeMs, s.ctimeMs])]);
  if (verified.get(folder) === state) return;
  if ((await hashFiles(folder, files)) !== sha256) throw changed();
  verified.set(folder, state);
}

/** The files that the fingerprint is of: the model, then its external data in the order of their names. Throws `changed()` for a damaged model. */
function modelFiles(path: string, changed: (cause: unknown) => AppError): string[] {
  try {
    return [basename(path), ...externalFiles(readOnnxFile(path))];
  } catch (error) {
    throw changed(error);
  }
}

async function hashFiles(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const name of files) for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
