import { dirname } from 'node:path';
import type { FolderGroups, FolderPreview, SplitSource } from '../../../shared/dataset.ts';
import { asAppError } from '../../../shared/errors.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';
import { quote } from '../../foundation/words.ts';
import { groupsOf } from './groups.ts';
import { innerFolderText, noImagesError, unsortedText } from './import-errors.ts';
import { filesPerSplit, innerFolder, layoutOf, splitNotes } from './layout.ts';
import { type ListedFile, listClassFolders } from './scan.ts';
import { tooFewClassFiles } from './unseen-split.ts';
import { lookAlikeNotes } from './warnings.ts';

const EXAMPLES = 5;
const FILES_SHOWN = 4; // per example

export interface PreviewRequest {
  folder: string;
  groupBy?: string | undefined;
  splits?: SplitSource | undefined;
}

/** What an import would find, from file names only. `problem`: why the folder can't be imported. Throws AppError 'cancelled' only. */
export async function previewFolder({ folder, groupBy, splits = 'folders' }: PreviewRequest, signal?: AbortSignal): Promise<FolderPreview> {
  const empty: FolderPreview = {
    root: folder,
    classes: [],
    files: 0,
    rejected: 0,
    split: null,
    groups: null,
    notes: [],
    suggestion: null,
    splitProblem: null,
    problem: null,
  };
  try {
    const listing = await listClassFolders(folder, { signal });
    const { root } = listing;
    const inner = innerFolder(listing);
    if (inner) return { ...empty, root, files: listing.files.length, suggestion: inner.folder, problem: innerFolderText(root, inner) };
    const { files, rejected, split, groupPaths, notes } = layoutOf(listing);
    const counts = new Map<string, number>();
    for (const { className } of files) counts.set(className, (counts.get(className) ?? 0) + 1);
    const preview: FolderPreview = {
      ...empty,
      root,
      classes: [...counts].map(([className, n]) => ({ className, files: n })).sort((a, b) => byNaturalOrder(a.className, b.className)),
      files: files.length,
      rejected: rejected.length,
      split: split && { folders: split.folders, files: filesPerSplit(split.of) },
      notes: [
        ...(listing.unsorted ? [unsortedText(files.length)] : []),
        ...(split && splits === 'folders' ? splitNotes(split) : []),
        ...(groupBy === undefined ? notes : []),
        ...lookAlikeNotes([...counts.keys()]),
      ],
    };
    if (counts.size === 0) return { ...preview, problem: noImagesError(listing).message };
    if (listing.unsorted) preview.suggestion = dirname(root);
    else if (counts.size === 1) return { ...preview, problem: oneClassText([...counts.keys()][0]!) };
    if (splits === 'unseen-classes') preview.splitProblem = tooFewClassFiles([...counts.values()]);
    if (splits === 'unseen-groups' && groupBy === undefined) preview.splitProblem = 'Choose how images are grouped: a split by groups needs it.';
    if (groupBy === undefined) return preview;
    try {
      return { ...preview, groups: groupsIn(files, groupPaths, groupBy) };
    } catch (error) {
      return { ...preview, problem: asAppError(error).message };
    }
  } catch (error) {
    const failure = asAppError(error);
    if (failure.code === 'cancelled') throw failure;
    return { ...empty, problem: failure.message };
  }
}

const oneClassText = (className: string): string =>
  `Only one folder here holds images, ${quote(className)}, but at least two classes are needed. If this folder is itself a class, choose the folder above it.`;

function groupsIn(files: readonly ListedFile[], paths: readonly string[], pattern: string): FolderGroups {
  const subjects = groupsOf(paths, pattern);
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
