import type { RejectedFile } from '../../../shared/dataset.ts';

/** Files whose path or reason contains the text, ignoring case. */
export function filterRejected(rejected: readonly RejectedFile[], text: string): readonly RejectedFile[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rejected;
  return rejected.filter(({ file, reason }) => file.toLowerCase().includes(wanted) || reason.toLowerCase().includes(wanted));
}

/** One line per file, tab-separated: pastes into a spreadsheet as two columns. */
export const rejectedText = (rejected: readonly RejectedFile[]): string =>
  rejected.map(({ file, reason }) => `${file.replaceAll(/[\t\r\n]/g, ' ')}\t${reason}`).join('\n');
