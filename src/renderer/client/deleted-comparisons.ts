import type { ReportRecord } from '../../shared/report.ts';
import { countText } from '../../shared/format.ts';

/** The message after saved comparisons were deleted. Reports keep them: it says how many do. */
export function deletedComparisonsText(ids: readonly string[], reports: readonly Pick<ReportRecord, 'comparisons'>[]): string {
  const deleted = ids.length === 1 ? 'Deleted the saved comparison.' : `Deleted ${countText(ids.length)} comparisons.`;
  const still = reports.filter(({ comparisons }) => ids.some((id) => comparisons.includes(id))).length;
  if (still === 0) return deleted;
  return `${deleted} ${still === 1 ? '1 report still contains' : `${countText(still)} reports still contain`} ${ids.length === 1 ? 'it' : 'some of them'}.`;
}
