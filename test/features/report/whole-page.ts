import { pageParts } from '../../../src/main/features/report/render.ts';
import type { ReportComparison, ReportExtras, ReportInput, ReportWhatIf } from '../../../src/main/features/report/types.ts';

export interface PageInput extends ReportInput {
  comparisons: (ReportComparison & { whatIfs?: ReportWhatIf[] })[];
  extras?: ReportExtras; // of every comparison
}

/** The whole page at once, in the order in which it is written. */
export function renderReport(input: PageInput): string {
  const { head, opening, comparison, edits, appendix, details, end } = pageParts(input);
  const { comparisons } = input;
  return (
    head +
    opening +
    comparisons.map((one, i) => comparison({ ...one, edits: one.whatIfs?.length ?? 0 }, i)).join('') +
    comparisons.map((one, i) => (one.whatIfs ? edits(one, i, one.whatIfs) : '')).join('') +
    (appendix ?? '') +
    comparisons.map((one, i) => details(one, i, input.extras) ?? '').join('') +
    end
  );
}

/** The visible text: no tags, one space between words. */
export const textOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll('<wbr>', '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(lt|gt|quot|amp|#39);/g, (_, e: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" })[e]!)
    .replace(/[\s\u00a0]+/g, ' ');
