import { LOSS_INFO } from '../../../shared/losses.ts';
import { markup } from './html.ts';
import { comparisonSection } from './sections/comparison.ts';
import { glossarySection } from './sections/glossary.ts';
import { methodSection } from './sections/method.ts';
import { openingSection } from './sections/opening.ts';
import { runSection } from './sections/run.ts';
import { signOffSection } from './sections/signoff.ts';
import { styleElement } from './style.ts';
import type { ReportComparison, ReportInput } from './types.ts';

/** The parts of a page, in order: opening, each comparison, closing. Together they are one HTML document. */
export interface PageParts {
  opening: string;
  comparison(shown: ReportComparison, index: number): string;
  closing: string;
}

/**
 * A self-contained HTML page about one or more comparisons and their runs, for screen (light and dark) and paper (A4 or
 * Letter). Images and styles are embedded; the content security policy blocks requests and scripts. Every text is escaped. The
 * page says so if the input lacks a run or data set. In parts, so that a page with many images is never whole in memory.
 */
export function pageParts(input: ReportInput): PageParts {
  const { comparisons } = input;
  const runs = [...new Map(input.runs.map((run) => [run.run, run])).values()];
  const anchorOf = (run: string): string | null => {
    const index = runs.findIndex((known) => known.run === run);
    return index < 0 ? null : `run-${index + 1}`;
  };
  const losses = [...new Set(runs.map(({ config }) => config.loss))].map((loss) => LOSS_INFO[loss]);
  const opening = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Twinlens ${input.appVersion}">
<title>${input.title}</title>
${styleElement([...new Set(comparisons.map(({ comparison }) => comparison.modelSha256))], input.paper)}
</head>
<body>
<main>
${openingSection(input)}
`;
  const closing = markup`${signOffSection(comparisons)}
${runs.map((run, i) =>
  runSection(
    run,
    input.datasets.find((dataset) => dataset.dataset === run.dataset),
    `run-${i + 1}`,
  ),
)}
${methodSection(losses)}
${glossarySection()}
</main>
</body>
</html>
`;
  return {
    opening: opening.source,
    comparison: (shown, index) => {
      const position = { number: index + 1, of: comparisons.length };
      const run = runs.find((known) => known.run === shown.comparison.run);
      return `${comparisonSection(shown, position, run, anchorOf(shown.comparison.run)).source}\n`;
    },
    closing: closing.source,
  };
}
