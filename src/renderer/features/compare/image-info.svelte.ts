import { SvelteMap } from 'svelte/reactivity';
import type { ImageRef } from '../../../shared/contract.ts';
import type { CuratedImage } from '../../../shared/curation.ts';
import { fileName } from '../../../shared/format.ts';
import { api } from '../../client/api.ts';

const rows = new SvelteMap<string, CuratedImage>();
const requested: Record<string, true> = {}; // loaded or being loaded
const MAX_IDS = 1000; // in one call

/** Loads the rows of images that are not loaded yet. */
export async function loadImageInfo(dataset: string, ids: readonly number[]): Promise<void> {
  const missing = ids.filter((id) => {
    const key = `${dataset}/${id}`;
    return requested[key] ? false : (requested[key] = true);
  });
  for (let from = 0; from < missing.length; from += MAX_IDS) {
    const page = missing.slice(from, from + MAX_IDS);
    for (const row of await api.call('images.rows', { dataset, ids: page })) rows.set(`${dataset}/${row.id}`, row);
  }
}

export const imageInfo = (dataset: string, id: number): CuratedImage | null => rows.get(`${dataset}/${id}`) ?? null;

export interface ImageName {
  file: string; // name without folder
  className: string | null;
}

/** The displayed name of an image; null while unknown. */
export function imageName(ref: ImageRef): ImageName | null {
  if ('file' in ref) return { file: fileName(ref.file), className: null };
  const row = imageInfo(ref.dataset, ref.id);
  return row && { file: fileName(row.file), className: row.className };
}
