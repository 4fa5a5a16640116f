import type { FolderPreview, SplitSource } from '../../../shared/dataset.ts';
import { countText } from '../../../shared/format.ts';

/** What the form imports. */
export interface ImportChoices {
  folder: string;
  name: string;
  splits: SplitSource;
  groupBy?: string;
  groupName?: string;
}

/** Patterns that group images of one subject, described without regular expressions. */
export const GROUPINGS = [
  { value: 'none', text: 'No, each photo is a different subject', pattern: null },
  { value: 'folder', text: 'Yes: each folder in a class folder is a subject', pattern: '^[^/]+/([^/]+)/' },
  { value: 'last', text: 'Yes: names match up to the last _ or -', pattern: '^(.+)[_-][^_-]*$' },
  { value: 'first', text: 'Yes: names match up to the first _ or -', pattern: '^([^_-]+)[_-]' },
  { value: 'number', text: 'Yes: the first number in the name is the subject', pattern: '(\\d+)' },
  { value: 'custom', text: 'Yes: by a custom pattern…', pattern: null },
] as const;
export type Grouping = (typeof GROUPINGS)[number]['value'];

/** "As in the folders: train 20, validation 6, test 6". */
export function splitText({ files: { train, valid, test } }: NonNullable<FolderPreview['split']>): string {
  return `As in the folders: training ${countText(train)}, validation ${countText(valid)}, test ${countText(test)} images`;
}

/** The problem that prevents an import, under the folder or the grouping. */
export function problemsOf(preview: Pick<FolderPreview, 'files' | 'classes' | 'problem'> | null): { folder: string | null; groups: string | null } {
  if (preview === null) return { folder: null, groups: null };
  const { files, classes, problem } = preview;
  return files === 0 || classes.length < 2 ? { folder: problem, groups: null } : { folder: null, groups: problem };
}

/** The pattern for an import; undefined without grouping or before anything is typed. */
export function patternFor(grouping: Grouping, custom: string): string | undefined {
  if (grouping === 'custom') return custom.trim() === '' ? undefined : custom;
  return GROUPINGS.find(({ value }) => value === grouping)!.pattern ?? undefined;
}
