import { SvelteMap } from 'svelte/reactivity';
import type { ImageRef } from '../../../shared/contract.ts';
import type { CuratedImage } from '../../../shared/curation.ts';
import { fileName } from '../../../shared/format.ts';
import { api } from '../../client/api.ts';

const rows = new SvelteMap<string, CuratedImage>();
let requested: Record<string, true> = {}; // what is known, or on its way
const MOST = 1000; // ids a call may name

/** Asks for what is not known yet of images of a data set. */
export async function loadImageInfo(dataset: string, ids: readonly number[]): Promise<void> {
  const missing = ids.filter((id) => {
    const key = `${dataset}/${id}`;
    return requested[key] ? false : (requested[key] = true);
  });
  for (let from = 0; from < missing.length; from += MOST) {
    const part = missing.slice(from, from + MOST);
    for (const row of await api.call('images.rows', { dataset, ids: part })) rows.set(`${dataset}/${row.id}`, row);
  }
}

/** Curation may have changed classes: what is known is asked for again when it is next needed. */
export function forget(): void {
  requested = {};
}

export const imageInfo = (dataset: string, id: number): CuratedImage | null => rows.get(`${dataset}/${id}`) ?? null;

export interface ImageName {
  file: string; // its own name
  className: string | null;
}

/** What an image is called; null while that is not known. */
export function imageName(ref: ImageRef): ImageName | null {
  if ('file' in ref) return { file: fileName(ref.file), className: null };
  const row = imageInfo(ref.dataset, ref.id);
  return row && { file: fileName(row.file), className: row.className };
}
