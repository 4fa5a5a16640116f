import { expect, test } from 'vitest';
import { METHOD_INFO, type MethodName, METHODS } from '../../../src/shared/explanation-methods.ts';
import { renderReport } from './whole-page.ts';
import { methodSection } from '../../../src/main/features/report/sections/method.ts';
import { LOSS_INFO, type LossInfo } from '../../../src/shared/losses.ts';
import { sampleInput } from './sample.ts';

const TRIPLET: LossInfo = {
  label: 'triplet loss',
  note: '',
  samples: 'labelled',
  needsUnitLength: false,
  margin: null,
  unit: 'distance',
  definition: { formula: 'L = mean of max(0, p − n + m)', over: 'triplets', symbols: { m: 'the margin' }, source: 'Schroff et al., CVPR 2015' },
};

test('the method section describes the loss of the runs, with its formula and symbols', () => {
  const { source } = methodSection([LOSS_INFO.contrastive], ['path']);
  expect(source).toContain('Training minimises the contrastive loss over labelled pairs (R. Hadsell');
  expect(source).toContain('<i>L</i> = mean of (1 − <i>y</i>) <i>D</i>² + <i>y</i> max(0, <i>m</i> − <i>D</i>)²');
  expect(source).toContain('<i>y</i> is 0 for a same pair and 1 for a different one; <i>m</i> is the margin.');
});

test('another loss is described in its own words only', () => {
  const { source } = methodSection([TRIPLET], ['path']);
  expect(source).toContain('Training minimises the triplet loss over triplets (Schroff et al., CVPR 2015)');
  expect(source).toContain('<i>L</i> = mean of max(0, <i>p</i> − <i>n</i> + <i>m</i>)');
  expect(source).not.toMatch(/contrastive|labelled pairs/);
});

test('a report describes each loss once, and none if its runs are missing', () => {
  const { runs } = sampleInput();
  const page = renderReport(sampleInput({ runs: [...runs, { ...runs[0]!, run: 'another' }] }));
  expect(page.match(/Training minimises/g)).toHaveLength(1);
  expect(renderReport(sampleInput({ runs: [] }))).not.toContain('Training minimises');
});

test('defines the methods of its maps, and path where detail uses its symbols', () => {
  const input = sampleInput();
  const pageOf = (method: MethodName): string =>
    renderReport({ ...input, comparisons: input.comparisons.map((one) => ({ ...one, comparison: { ...one.comparison, method } })) });
  const definesPath = (page: string): boolean => page.includes('Path maps integrate the gradient');
  expect([pageOf('detail'), pageOf('path'), pageOf('occlusion')].map(definesPath)).toEqual([true, true, false]);
  for (const method of METHODS) expect(pageOf(method)).toContain(METHOD_INFO[method].source.slice(0, 20));
});
