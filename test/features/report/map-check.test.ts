import { describe, expect, test } from 'vitest';
import { counterfactualFailures, gateSentence, mapsClaim } from '../../../src/shared/faithfulness-words.ts';
import { sampleCheck, sampleComparison, sampleInput, toReportComparison } from './sample.ts';
import { renderReport, textOf } from './whole-page.ts';

const pageOf = (comparison: ReturnType<typeof sampleComparison>): string =>
  renderReport(sampleInput({ comparisons: [toReportComparison(comparison)], sections: ['details'] }));

const squeeze = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('the check of the maps in a report', () => {
  test('the comparison’s page has the badge with its sentence, the appendix scores, curves, gate, donor and seeds', () => {
    const check = sampleCheck([1, 0.9]);
    const html = pageOf({ ...sampleComparison(), check });
    const text = squeeze(textOf(html));
    const claim = mapsClaim(check);
    expect(text).toContain(squeeze(`${claim.words}. ${claim.short}`));
    expect(text).toContain(squeeze(`${claim.words}. ${claim.sentence}`));
    expect(html.match(/aria-label="Distance over the removed share of [AB], from 1\.63/g)).toHaveLength(2);
    expect(text).toContain('2.69 (A: z = 2.00, B: z = 1.80)');
    expect(text).toContain(squeeze(gateSentence(check)));
    for (const part of [...check.donors.flatMap(({ file, sha256 }) => [file, sha256]), check.images[0].pixels, check.images[1].pixels])
      expect(text).toContain(part);
  });

  test('maps that were not checked are said to be unchecked, and have no curve', () => {
    const html = pageOf(sampleComparison());
    expect(squeeze(textOf(html))).toContain('The maps were not checked.');
    expect(html).not.toContain('removed share');
  });

  test('a counterfactual map that fails its check is grey, with a mark and the reason', () => {
    const comparison = sampleComparison();
    comparison.images[1].counterfactualShift = -0.2;
    const html = pageOf(comparison);
    expect(html.match(/<img class="greyed"/g)).toHaveLength(1);
    expect(html.match(/fails its check/g)).toHaveLength(1);
    expect(squeeze(textOf(html))).toContain(squeeze(counterfactualFailures(comparison)!));
    expect(pageOf(sampleComparison())).not.toContain('class="greyed"');
  });
});
