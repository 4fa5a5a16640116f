import type { FolderGroups, FolderPreview } from '../../../shared/dataset.ts';
import { asAppError } from '../../../shared/errors.ts';
import { byCodePoint } from '../../foundation/words.ts';
import { groupsOf } from './groups.ts';
import { type ListedFile, listClassFolders } from './scan.ts';

const EXAMPLES = 5;
const NAMES = 4; // files of an example

/** What an import of a folder would find, from names alone. What can't be imported is said in `problem`; only 'cancelled' is thrown. */
export async function previewFolder(folder: string, groupBy: string | undefined, signal?: AbortSignal): Promise<FolderPreview> {
  const nothing: FolderPreview = { root: folder, classes: [], files: 0, rejected: 0, groups: null, problem: null };
  try {
    const { root, files, rejected } = await listClassFolders(folder, { signal });
    const counts = new Map<string, number>();
    for (const { className } of files) counts.set(className, (counts.get(className) ?? 0) + 1);
    const found: FolderPreview = {
      ...nothing,
      root,
      classes: [...counts].map(([className, n]) => ({ className, files: n })).sort((a, b) => byCodePoint(a.className, b.className)),
      files: files.length,
      rejected: rejected.length,
    };
    if (counts.size < 2) return { ...found, problem: tooFew(counts.size) };
    if (groupBy === undefined) return found;
    try {
      return { ...found, groups: groupsIn(files, groupBy) };
    } catch (error) {
      return { ...found, problem: asAppError(error).message };
    }
  } catch (error) {
    const known = asAppError(error);
    if (known.code === 'cancelled') throw known;
    return { ...nothing, problem: known.message };
  }
}

const tooFew = (classes: number): string =>
  classes === 0
    ? 'No folder with images was found here. A data set is a folder that holds one folder per class, with the images in those.'
    : 'Only one folder with images was found here, and at least two classes are needed. Choose its parent folder?';

function groupsIn(files: readonly ListedFile[], pattern: string): FolderGroups {
  const subjects = groupsOf(
    files.map(({ file }) => file),
    pattern,
  );
  const members = new Map<string, string[]>();
  let unmatched = 0;
  files.forEach(({ file }, i) => {
    const subject = subjects[i];
    if (subject == null) unmatched++;
    else if (members.has(subject)) members.get(subject)!.push(file);
    else members.set(subject, [file]);
  });
  const examples = [...members]
    .sort((a, b) => b[1].length - a[1].length)
    .slice(0, EXAMPLES)
    .map(([subject, names]) => ({ subject, files: names.slice(0, NAMES) }));
  return { count: members.size + unmatched, unmatched, examples };
}
