import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { brokenFileError, missingShardsError, readModelJson, staysInFolder } from './json.ts';
import { openSafetensors } from './safetensors.ts';
import type { TensorSource } from './source.ts';

/** End of the name of an index of shards: <model>.safetensors.index.json beside <model>-00001-of-00002.safetensors. */
export const INDEX_SUFFIX = '.safetensors.index.json';

// The format: huggingface_hub's serialization (split_torch_state_dict_into_shards): the shard of each tensor, by name.
const Index = z.object({
  weight_map: z.record(z.string(), z.string().refine(staysInFolder, 'points outside its folder')),
});

/** The index of the shards that a file is one of; null where its name is not a shard's. Throws AppError('bad-weights') without an index. */
export function indexOfShard(path: string): string | null {
  const [, model, count] = /^(.+)-\d{5}-of-(\d{5})\.safetensors$/i.exec(basename(path)) ?? [];
  if (model === undefined || Number(count) < 2) return null;
  const index = join(dirname(path), model + INDEX_SUFFIX);
  if (existsSync(index)) return index;
  throw new AppError(
    'bad-weights',
    `${basename(path)} is one of ${Number(count)} shards, and ${basename(index)} is not beside it. Put all files of the model into one folder.`,
    { path, index },
  );
}

/** The shard of each tensor, by name. Throws AppError('bad-weights'): details.missing (shards); AppError('not-found') without the index. */
function readIndex(indexPath: string): { weightMap: Record<string, string>; names: string[] } {
  const file = basename(indexPath);
  const parsed = Index.safeParse(readModelJson(indexPath));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw brokenFileError(file, `${issue.path.join('.') || 'its content'}: ${issue.message}`, { problems: parsed.error.issues });
  }
  const names = [...new Set(Object.values(parsed.data.weight_map))];
  const missing = names.filter((name) => !existsSync(join(dirname(indexPath), name)));
  if (missing.length) throw missingShardsError(file, missing);
  return { weightMap: parsed.data.weight_map, names };
}

/** File names of the shards that an index lists. Throws as openShards does. */
export const shardsOf = (indexPath: string): string[] => readIndex(indexPath).names;

/**
 * Opens safetensors shards by their index as one file, with the tensors that the index lists. Every shard's header is checked
 * as by openSafetensors. Throws AppError('bad-weights'): details.missing (shards); AppError('not-found') without the index.
 */
export function openShards(indexPath: string): TensorSource {
  const file = basename(indexPath);
  const { weightMap, names } = readIndex(indexPath);
  const shards = new Map<string, TensorSource>();
  const close = (): void => {
    for (const shard of shards.values()) shard.close();
    shards.clear();
  };
  try {
    for (const name of names) shards.set(name, openSafetensors(join(dirname(indexPath), name)));
    const entries = new Map<string, readonly number[]>();
    for (const [tensor, name] of Object.entries(weightMap)) {
      const shape = shards.get(name)!.entries.get(tensor);
      if (!shape) throw brokenFileError(file, `it lists ${tensor} in ${name}, which does not have it`);
      entries.set(tensor, shape);
    }
    return {
      entries,
      metadata: Object.assign({}, ...[...shards.values()].map(({ metadata }) => metadata)) as Record<string, string>,
      read: (tensor) => shards.get(weightMap[tensor]!)!.read(tensor),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
