import { methodInfo, type MethodName, METHODS } from '../../../shared/explanation-methods.ts';
import { LOSS_INFO } from '../../../shared/losses.ts';
import type { ReportSection } from '../../../shared/report.ts';
import { markup, type Html } from '../../foundation/html.ts';
import { comparisonSection } from './sections/comparison.ts';
import { detailsSection } from './sections/details.ts';
import { filesSection } from './sections/files.ts';
import { glossarySection } from './sections/glossary.ts';
import { methodSection } from './sections/method.ts';
import { openingSection } from './sections/opening.ts';
import { runSection } from './sections/run.ts';
import { whatIfsSection } from './sections/what-ifs.ts';
import { styleElement, stylePolicy, styleSheet } from './style.ts';
import type { ReportComparison, ReportEntry, ReportExtras, ReportInput, ReportRun, ReportWhatIf } from './types.ts';

/** The parts of a page, in order: head, opening, each comparison, the edits of each, appendix, details of each comparison, end. Together they are one HTML document. */
export interface PageParts {
  head: string;
  opening: string;
  comparison(shown: ReportComparison, index: number): string;
  /** `whatIfs`: its saved edits, at least one, oldest first. */
  edits(entry: ReportEntry, index: number, whatIfs: readonly ReportWhatIf[]): string;
  appendix: string | null; // null if no section of it is chosen
  /** Null unless details or extras are chosen. */
  details(entry: ReportEntry, index: number, extras?: ReportExtras): string | null;
  end: string;
}

const RUN_SECTIONS: readonly ReportSection[] = ['quality', 'training', 'dataset'];

/**
 * A self-contained HTML page about one or more comparisons and their runs, for screen (light and dark) and paper (A4 or
 * Letter). Images and styles are embedded; the content security policy blocks requests and scripts. Every text is escaped. The
 * page says so if the input lacks a run or data set. In parts, so that a page with many images is never whole in memory.
 */
export function pageParts(input: ReportInput): PageParts {
  const { comparisons, sections, paper } = input;
  const runs = [...new Map(input.runs.map((run) => [run.run, run])).values()];
  const runOf = ({ comparison }: ReportEntry): ReportRun | undefined => runs.find(({ run }) => run === comparison.run);
  const hasRuns = runs.length > 0 && RUN_SECTIONS.some((section) => sections.includes(section));
  const style = styleSheet([...new Set(comparisons.map(({ comparison }) => comparison.modelSha256))], paper);
  const head = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; ${stylePolicy(style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Twinlens ${input.appVersion}">
${input.author?.trim() && markup`<meta name="author" content="${input.author.trim()}">`}
<title>${input.title}</title>
${styleElement(style)}
</head>
<body>
<main>
`;
  return {
    head: head.source,
    opening: `${openingSection({ ...input, runs }, hasRuns).source}\n`,
    comparison: (shown, index) => comparisonSection(shown, { number: index + 1, of: comparisons.length, run: runOf(shown), sections, paper }).source,
    edits: (entry, index, whatIfs) => whatIfsSection(entry, whatIfs, index + 1).source,
    appendix: appendixOf({ ...input, runs }, hasRuns),
    details: (entry, index, extras = {}) => {
      const chosen = sections.includes('details') || Object.keys(extras).length > 0;
      return chosen ? detailsSection(entry, index + 1, { run: runOf(entry), extras, whole: sections.includes('details') }).source : null;
    },
    end: '</main>\n</body>\n</html>\n',
  };
}

function appendixOf(input: ReportInput, hasRuns: boolean): string | null {
  const { sections, runs, datasets } = input;
  const losses = [...new Set(runs.map(({ config }) => config.loss))].map((loss) => LOSS_INFO[loss]);
  const isUsed = (name: MethodName): boolean =>
    input.comparisons.some(({ comparison: { method } }) => method === name || methodInfo(method).buildsOn === name);
  const methods = METHODS.filter(isUsed);
  const chosen: (Html | false)[] = [
    ...runs.map(
      (run, i) =>
        hasRuns &&
        runSection(
          run,
          datasets.find(({ dataset }) => dataset === run.dataset),
          `run-${i + 1}`,
          sections,
        ),
    ),
    sections.includes('method') && methodSection(losses, methods),
    sections.includes('terms') && glossarySection(),
    sections.includes('files') && filesSection(input),
  ];
  const markups = chosen.filter((section) => section !== false);
  return markups.length === 0 ? null : `${markups.map(({ source }) => source).join('\n')}\n`;
}
