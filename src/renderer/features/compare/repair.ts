import type { ComparedImage, ComparisonRow, FiledImage } from '../../../shared/comparison.ts';
import type { CurationEdit } from '../../../shared/curation.ts';
import type { PairNotice } from '../../../shared/pair-truth.ts';
import type { Letter } from './compare.svelte.ts';

/** A button beside a notice: an edit of the data set, or the choice of another image. */
export type Repair = { text: string; title: string; edit: CurationEdit } | { text: string; title: string; pick: Letter };

const OTHER_IMAGE = { text: 'Choose another image', title: 'Choose another image for B', pick: 'b' } as const satisfies Repair;

/** What would settle a notice. */
export function repairsOf(notice: PairNotice, { images }: Pick<ComparisonRow, 'images'>): Repair[] {
  switch (notice.kind) {
    case 'same-image':
      return [OTHER_IMAGE];
    case 'identical': {
      const copy = copyOf(images);
      if (!copy) return [OTHER_IMAGE];
      return [
        { text: 'Exclude one copy', title: `Exclude ${copy.file} from the data set. The file stays.`, edit: { kind: 'exclude', ids: [copy.id] } },
        OTHER_IMAGE,
      ];
    }
    case 'two-classes': {
      const filed = images[notice.image].filed ?? [];
      return notice.classes.map((className) => ({
        text: className,
        title: `File every copy under ${className}`,
        edit: { kind: 'relabel', ids: filed.filter((one) => one.className !== className).map(({ id }) => id), className },
      }));
    }
    case 'outside':
      return (['a', 'b'] as const)
        .filter((_, i) => images[i]!.className === null)
        .map((letter) => ({
          text: `Choose ${letter.toUpperCase()} from data set`,
          title: 'The class of an image in the data set is known',
          pick: letter,
        }));
    default:
      return notice satisfies never;
  }
}

/** The copy to exclude: B's own entry in the data set, else the last; null if the data set has the content only once. */
function copyOf([, b]: ComparisonRow['images']): FiledImage | null {
  return (b.filed ?? []).length < 2 ? null : entryOf(b);
}

/** The data set's entry for an image: that of its file, else the last with the same content; null if it has none that is included. */
export function entryOf({ file: absolute, filed = [] }: Pick<ComparedImage, 'file' | 'filed'>): FiledImage | null {
  const path = absolute.replaceAll('\\', '/');
  return filed.find(({ file }) => path.endsWith(`/${file}`)) ?? filed.at(-1) ?? null;
}
