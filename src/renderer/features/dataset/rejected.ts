import type { RejectedFile } from '../../../shared/dataset.ts';

/** Files whose path or reason contains the text, ignoring case. */
export function filterRejected(rejected: readonly RejectedFile[], text: string): readonly RejectedFile[] {
  const query = text.trim().toLowerCase();
  if (query === '') return rejected;
  return rejected.filter(({ file, reason }) => file.toLowerCase().includes(query) || reason.toLowerCase().includes(query));
}

/** One line per file, tab-separated: pastes into a spreadsheet as two columns. */
export const rejectedText = (rejected: readonly RejectedFile[]): string =>
  rejected.map(({ file, reason }) => `${file.replaceAll(/[\t\r\n]/g, ' ')}\t${reason}`).join('\n');
