import type { FolderGroups, FolderPreview } from '../../../shared/dataset.ts';
import { asAppError } from '../../../shared/errors.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';
import { groupsOf } from './groups.ts';
import { type ListedFile, listClassFolders } from './scan.ts';

const EXAMPLES = 5;
const FILES_SHOWN = 4; // per example

/** What an import would find, from file names only. `problem`: why the folder can't be imported. Throws AppError 'cancelled' only. */
export async function previewFolder(folder: string, groupBy: string | undefined, signal?: AbortSignal): Promise<FolderPreview> {
  const empty: FolderPreview = { root: folder, classes: [], files: 0, rejected: 0, groups: null, problem: null };
  try {
    const { root, files, rejected } = await listClassFolders(folder, { signal });
    const counts = new Map<string, number>();
    for (const { className } of files) counts.set(className, (counts.get(className) ?? 0) + 1);
    const preview: FolderPreview = {
      ...empty,
      root,
      classes: [...counts].map(([className, n]) => ({ className, files: n })).sort((a, b) => byNaturalOrder(a.className, b.className)),
      files: files.length,
      rejected: rejected.length,
    };
    if (counts.size < 2) return { ...preview, problem: tooFewClasses(counts.size) };
    if (groupBy === undefined) return preview;
    try {
      return { ...preview, groups: groupsIn(files, groupBy) };
    } catch (error) {
      return { ...preview, problem: asAppError(error).message };
    }
  } catch (error) {
    const failure = asAppError(error);
    if (failure.code === 'cancelled') throw failure;
    return { ...empty, problem: failure.message };
  }
}

const tooFewClasses = (classes: number): string =>
  classes === 0
    ? 'No folder with images was found here. A data set is a folder with one sub-folder of images per class.'
    : 'Only one folder with images was found here, but at least two classes are needed. Try the parent folder.';

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
    .map(([subject, names]) => ({ subject, files: names.slice(0, FILES_SHOWN) }));
  return { count: members.size + unmatched, unmatched, examples };
}
