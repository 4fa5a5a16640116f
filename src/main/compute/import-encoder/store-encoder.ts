import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { readOnnxFile } from '../../nn/engines/imported/onnx-file.ts';
import { openImported } from '../../nn/engines/imported/session.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import type { CallContext } from '../protocol/protocol.ts';
import type { StoreEncoderRequest } from '../protocol/encoders.ts';
import { copyModel } from './copy-model.ts';
import { externalFiles } from './model-files.ts';

/** Copies an inspected model into a folder and runs the copy once. Throws AppError 'bad-weights', 'cancelled' or the system's error. */
export async function storeEncoder(
  { path, draft, folder }: StoreEncoderRequest,
  { signal, progress }: CallContext<'storeEncoder'>,
): Promise<{ sha256: string }> {
  const model = readOnnxFile(path);
  const external = externalFiles(model);
  const total = external.reduce((sum, name) => sum + statSync(join(dirname(path), name)).size, model.bytes);
  let done = 0;
  let reported = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    if (done - reported < total / 100 && done < total) return;
    reported = done;
    progress({ done, total });
  };
  const sha256 = await copyModel({ model, external, output: draft.output.name, folder, file: draft.file, signal, onBytes });
  throwIfCancelled(signal);
  const session = await openImported(draft, folder);
  try {
    const { channels } = await session.shapeAt(draft.defaultSize);
    if (channels !== draft.channels) throw new AppError('bad-weights', 'The file changed while it was added. Try again.');
  } finally {
    await session.close();
  }
  return { sha256 };
}
