import { describe, expect, test } from 'vitest';
import { SECTION_NAMES, type ReportSection } from '../../../src/shared/report.ts';
import { RUN, sampleComparison, sampleInput, toReportComparison } from './sample.ts';
import { renderReport, textOf } from './whole-page.ts';

describe('the chosen sections', () => {
  const HEADINGS: Record<ReportSection, string> = {
    signature: 'Signature Remarks',
    quality: 'How good is it?',
    training: 'Settings',
    dataset: 'Training data',
    method: 'Appendix Method',
    terms: 'Appendix Terms',
    files: 'Appendix Files',
    details: 'Appendix · Details Comparison 1',
  };

  test.each(SECTION_NAMES)('%s is there if chosen, and only then', (section) => {
    const text = textOf(renderReport(sampleInput({ sections: [section] })));
    for (const name of SECTION_NAMES) expect(text.includes(HEADINGS[name]), name).toBe(name === section);
  });

  test('a report without any states verdict, truth, quality with its interval and conditions, and the limits of the maps', () => {
    const page = renderReport(sampleInput({ sections: [] }));
    const test = RUN.metrics.find((m) => m.split === 'test')!;
    for (const fact of [
      '≠ Different ✓ Right: the data set says different classes',
      `${test.pairs} 250 same, 250 different ${test.auc.toFixed(3)} ${test.aucLow.toFixed(3)}–${test.aucHigh.toFixed(3)}`,
      'used neither for training nor to choose epoch and threshold. Intervals are from 500 bootstrap resamples',
      'A wrong verdict has maps too, and they can look convincing.',
      'the figures below do',
    ])
      expect(textOf(page)).toContain(fact);
    expect(page).not.toMatch(/Appendix|href="#(run|details)-/);
  });

  test('the quality says which pairs it rests on, with the same digits in one row', () => {
    const metrics = RUN.metrics.map((m) => ({ ...m, accuracy: 0.974, eer: 0.12 }));
    const text = textOf(renderReport(sampleInput({ runs: [{ ...sampleInput().runs[0]!, metrics }], sections: ['quality'] })));
    expect(text).toContain('Computed over the pairs of each row, not over all possible pairs');
    expect(text.match(/97\.4 % 12\.0 %/g)).toHaveLength(1 + metrics.length); // first page, and each split
  });

  test('the results count right, wrong and unknown verdicts', () => {
    const [a, b] = sampleComparison().images;
    const comparisons = [
      sampleComparison(1.63),
      sampleComparison(0.41, { comparison: 'c2' }),
      sampleComparison(0.3, { comparison: 'c3', images: [a, { ...b, className: null }] }),
      sampleComparison(0, { comparison: 'c4', images: [a, { ...a }] }),
    ].map(toReportComparison);
    expect(textOf(renderReport(sampleInput({ comparisons })))).toContain(
      'Of 4 verdicts, 1 is right and 1 is wrong according to the data set; for 2 the data set does not say whether the verdict is right.',
    );
  });
});
