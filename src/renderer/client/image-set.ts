import { datasets } from './datasets.svelte.ts';
import { go } from './route.svelte.ts';

/** Images that another view or a note wants shown in Images. */
export interface ImageSet {
  dataset: string;
  title: string; // "8 images filed under more than one class"
  ids: readonly number[]; // in the order in which they are shown
}

const KEY = 'twinlens.image-set';

let last: ImageSet | null = null;

/** Opens Images with exactly these images. They survive a reload of the page. */
export function showImages(set: ImageSet): void {
  last = set;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(set));
  } catch {
    // a million ids have no room there: the set lasts until the page is reloaded
  }
  datasets.choose(set.dataset);
  go('images', { set: '1' });
}

/** The set that was shown last, of this data set; null if there is none. */
export function lastImageSet(dataset: string): ImageSet | null {
  if (last === null) {
    try {
      last = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as ImageSet | null;
    } catch {
      return null;
    }
  }
  return last?.dataset === dataset ? last : null;
}
