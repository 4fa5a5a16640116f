import type { FolderPreview } from '../../../shared/dataset.ts';

/** How to tell which photographs show one subject, in words that need no regular expression. */
export const GROUPINGS = [
  { value: 'none', text: 'No: every image shows another thing', pattern: null },
  { value: 'last', text: 'Yes: names are alike up to the last _ or -', pattern: '^(.+)[_-][^_-]*$' },
  { value: 'first', text: 'Yes: names are alike up to the first _ or -', pattern: '^([^_-]+)[_-]' },
  { value: 'number', text: 'Yes: the first number in the name is the subject’s', pattern: '(\\d+)' },
  { value: 'own', text: 'Yes: by a pattern of my own…', pattern: null },
] as const;
export type Grouping = (typeof GROUPINGS)[number]['value'];

/** What stands in the way of an import, told where it belongs: by the folder, or by the question of what shows the same thing. */
export function problemsOf(preview: Pick<FolderPreview, 'files' | 'classes' | 'problem'> | null): { folder: string | null; groups: string | null } {
  if (preview === null) return { folder: null, groups: null };
  const { files, classes, problem } = preview;
  return files === 0 || classes.length < 2 ? { folder: problem, groups: null } : { folder: null, groups: problem };
}

/** The pattern for an import; undefined where images stand alone or nothing was typed yet. */
export function patternFor(grouping: Grouping, own: string): string | undefined {
  if (grouping === 'own') return own.trim() === '' ? undefined : own;
  return GROUPINGS.find(({ value }) => value === grouping)!.pattern ?? undefined;
}
