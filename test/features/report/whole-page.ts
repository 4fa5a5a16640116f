import { pageParts } from '../../../src/main/features/report/render.ts';
import type { ReportComparison, ReportInput } from '../../../src/main/features/report/types.ts';

export interface PageInput extends ReportInput {
  comparisons: ReportComparison[];
}

/** The whole page at once. */
export function renderReport(input: PageInput): string {
  const { opening, comparison, closing } = pageParts(input);
  return opening + input.comparisons.map(comparison).join('') + closing;
}
