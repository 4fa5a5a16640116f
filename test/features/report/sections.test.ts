import { describe, expect, test } from 'vitest';
import { BACKBONE_INFO } from '../../../src/shared/backbones.ts';
import { percentText } from '../../../src/shared/format.ts';
import type { LossName } from '../../../src/shared/losses.ts';
import type { ReportRun } from '../../../src/main/features/report/types.ts';
import { SECTION_NAMES, type ReportSection } from '../../../src/shared/report.ts';
import { rangeOf, RUN, sampleComparison, sampleInput, toReportComparison } from './sample.ts';
import { someExperiment, someStructure } from '../../db/records.ts';
import type { AucLimit } from '../../../src/shared/structure.ts';
import { chosenOn } from '../../../src/shared/thresholds.ts';
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
    likelihood: 'The relevant population',
    matches: 'Matching spots',
    examples: 'Nearest labelled examples',
    details: 'Appendix · Details Comparison 1',
  };

  test.each(SECTION_NAMES)('%s is there if chosen, and only then', (section) => {
    const extras = section === 'examples' || section === 'matches' ? { [section]: 'The network was deleted.' } : {};
    const text = textOf(renderReport({ ...sampleInput({ sections: [section] }), extras }));
    for (const name of SECTION_NAMES) expect(text.includes(HEADINGS[name]), name).toBe(name === section);
  });

  test('a linear probe has neither curves nor epochs', () => {
    const run = { ...RUN, config: { ...RUN.config, loss: 'probe', dim: 5, epochs: 1 }, epochs: RUN.epochs.slice(0, 1), bestEpoch: 1 } as ReportRun;
    const text = textOf(renderReport(sampleInput({ sections: ['quality', 'training'], runs: [run] })));
    expect(text).toContain('A linear probe is fitted at once, without epochs, so there are no curves.');
    expect(text).toContain('The training figures are of images that the probe was fitted to, so they are optimistic');
    expect(text).not.toMatch(/epoch \d|best epoch|Epochs/);
  });

  test('a run that is one seed of an experiment says so beside its figures, with the mean of all seeds', () => {
    const page = (seeds: ReportRun['seeds']): string => textOf(renderReport(sampleInput({ runs: [{ ...RUN, seeds } as ReportRun] })));
    expect(page(someExperiment)).toContain(
      `This network is seed ${RUN.config.seed} of Experiment 1. Mean AUC on test pairs of 2 seeds: 0.850 ± 0.071 (standard deviation over seeds)`,
    );
    expect(page(null)).not.toContain('This network is seed');
  });

  test('the quality says how the threshold was chosen and how well similarities are calibrated', () => {
    const [now, before] = [RUN.calibration!.threshold, 1.5];
    const entry = { reason: '', testSeen: false, restored: null, chosenOn: chosenOn(RUN.validDistances!) };
    const thresholds = [
      { ...entry, entry: 2, threshold: now, choice: { rule: 'even' as const }, chosenMs: 2000, testSeen: true },
      { ...entry, entry: 1, threshold: before, choice: { rule: 'balanced' as const }, chosenMs: 1000 },
    ];
    const page = renderReport(sampleInput({ sections: ['quality'], runs: [{ ...RUN, thresholds } as ReportRun] }));
    expect(textOf(page)).toContain(`Threshold ${now.toFixed(2)}, chosen on validation pairs: similarity of 50 %.`);
    expect(textOf(page)).toContain('Chosen after figures on test pairs were seen');
    expect(textOf(page)).toContain('Earlier thresholds: 1.50 (highest balanced accuracy, 1 January 1970, 00:00 UTC).');
    expect(page).toMatch(/aria-label="DET curve\. At the threshold on test pairs/);
    expect(page).toMatch(/aria-label="Share of same pairs over the similarity, on test pairs: /);
    expect(textOf(page)).toMatch(/On 500 test pairs similarities differ from the share of same pairs by [\d.]+ percentage points on average/);
    const older = { ...RUN, calibration: { threshold: now, slope: 3 } } as ReportRun;
    expect(textOf(renderReport(sampleInput({ sections: ['quality'], runs: [older] })))).toContain(
      'An older version fitted this run’s similarity curve',
    );
  });

  test('a report without any states verdict, truth, quality with its interval and conditions, and the limits of the maps', () => {
    const page = renderReport(sampleInput({ sections: [] }));
    const test = RUN.metrics.find((m) => m.split === 'test')!;
    for (const fact of [
      '≠ Different ✓ Right: the data set says different classes',
      `${test.pairs} 250 same, 250 different, older pairs ${test.auc.toFixed(3)} ${rangeOf(test)}`,
      'used neither for training nor to choose epoch and threshold. Intervals (95 %) are over images: pairs that share one are not independent.',
      'A wrong verdict has maps too, and they can look convincing.',
      'these counts do not measure the network; figures on test pairs do.',
    ])
      expect(textOf(page)).toContain(fact);
    expect(page).not.toMatch(/Appendix|href="#(run|details)-/);
  });

  test('the overview names the class of each image beside its file', () => {
    const overview = /<nav class="overview"[^]*?<\/nav>/.exec(renderReport(sampleInput({ sections: [] })))![0];
    for (const { file, className } of sampleComparison().images) expect(textOf(overview)).toContain(`${file.split('/').at(-1)!} ${className!}`);
  });

  test('the loss of an epoch over labelled images is drawn on another axis than that of validation pairs', () => {
    const drawn = (loss: LossName): number =>
      renderReport(sampleInput({ runs: [{ ...RUN, config: { ...RUN.config, loss } }], sections: ['training'] })).match(/aria-label="Loss over/g)!
        .length;
    expect([drawn('contrastive'), drawn('arcface')]).toEqual([1, 2]);
  });

  test('the quality says which pairs it rests on, with the same digits in one row', () => {
    const metrics = RUN.metrics.map((m) => ({ ...m, accuracy: 0.974, eer: 0.12 }));
    const text = textOf(renderReport(sampleInput({ runs: [{ ...sampleInput().runs[0]!, metrics }], sections: ['quality'] })));
    expect(text).not.toContain('computed over pairs');
    expect(text).toContain('These figures are of the pairs of an older version of Twinlens.');
    expect(text.match(/different, older pairs/g)).toHaveLength(1 + metrics.length);
    const olderRun = { ...RUN, config: { ...RUN.config, pairRecipe: 1 } };
    expect(textOf(renderReport(sampleInput({ runs: [olderRun], sections: ['training'] })))).toContain(
      'Validation figures of the epochs are on the pairs of an older version',
    );
    const current = RUN.metrics.map((m) => ({ ...m, pairSet: 'a hash' }));
    const newer = textOf(renderReport(sampleInput({ runs: [{ ...sampleInput().runs[0]!, metrics: current }] })));
    expect(newer).not.toContain('older version');
    expect(newer).toContain('computed over pairs that all runs of the data set with this meaning of “same” share');
    const config = { ...RUN.config, same: 'pairs' as const };
    expect(textOf(renderReport(sampleInput({ runs: [{ ...RUN, config, metrics: current }] })))).toContain('computed over the pairs of the file');
    expect(text.match(/97\.4 % (?:\d\S+ % to \S+ % )?12\.0 %/g)).toHaveLength(1 + metrics.length); // first page, and each split
  });

  test('the threshold names its rule, and says if test figures were seen before it was chosen', () => {
    const ON = chosenOn(RUN.validDistances!);
    const threshold = { entry: 2, threshold: RUN.calibration!.threshold, reason: 'few false alarms', chosenMs: 0, restored: null, chosenOn: ON };
    const chosen = { ...threshold, choice: { rule: 'false-same', limit: 0.05 } as const, testSeen: true };
    const text = textOf(renderReport(sampleInput({ runs: [{ ...RUN, thresholds: [chosen] }], sections: ['quality'] })));
    expect(text).toContain('used neither for training nor to choose the epoch.');
    expect(text).toMatch(/at most 5\.0 % false “same”.*Threshold: Chosen after figures on test pairs were seen.*Reason: few false alarms/);
    const other = { ...chosen, chosenOn: { same: 28, different: 29 } };
    const others = textOf(renderReport(sampleInput({ runs: [{ ...RUN, thresholds: [other] }], sections: ['quality'] })));
    expect(others).toContain('at most 5.0 % false “same” on 28 same and 29 different validation pairs of an older version');
    expect(others).toMatch(
      /older version: at most 5\.0 % false “same” there\. On today’s 212 same and 212 different validation pairs this rule gives/,
    );
    const fromTraining = { ...threshold, choice: { rule: 'even' } as const, testSeen: false };
    expect(textOf(renderReport(sampleInput({ runs: [{ ...RUN, thresholds: [fromTraining] }], sections: [] })))).not.toMatch(
      /similarity of 50|Chosen after/,
    );
  });

  test('two runs on the same pairs are compared in a sentence, others with the reason', () => {
    const pageOf = (beside: ReportRun['beside']): string =>
      textOf(renderReport(sampleInput({ runs: [RUN, { ...RUN, run: 'r8', beside }], sections: [] })));
    const comparison = {
      ...{ pairs: 500, over: 'images' as const, units: 60, auc: [0.9, 0.88] as [number, number], resampled: null, delong: null },
      difference: { value: 0.02, interval: [0.005, 0.034] as [number, number] },
      accuracy: { value: 0, interval: [-1, 1] as [number, number] },
      mcnemar: { onlyA: 0, onlyB: 0, p: 1 },
    };
    expect(pageOf({ run: 'r8', comparison })).toContain('Run 8 is better than Run 7 by 0.020 (0.005 to 0.034) in AUC.');
    const problem = { run: 'r8', comparison: null, problem: 'They are of different data sets.', evaluate: [] };
    expect(pageOf(problem)).toContain('Run 8 and Run 7 are not compared in numbers. They are of different data sets.');
  });

  test('figures of an older version have no interval, and the page says why', () => {
    const older = RUN.metrics.map(({ intervals: _, ...m }) => ({ ...m, aucLow: 0.901, aucHigh: 0.999 }));
    const text = textOf(renderReport(sampleInput({ runs: [{ ...sampleInput().runs[0]!, metrics: older }], sections: ['quality'] })));
    expect(text).not.toMatch(/0\.901|0\.999|Intervals \(95/);
    expect(text.split('Evaluated by an older version, whose intervals were too narrow.')).toHaveLength(3); // first page, quality
  });

  test('the quality has every split: a run evaluated on test pairs has its validation and training figures, too', () => {
    const [valid, tested] = [RUN.metrics.find(({ split }) => split === 'valid')!, RUN.metrics.find(({ split }) => split === 'test')!];
    const qualityOf = (run: typeof RUN): string => {
      const text = textOf(renderReport(sampleInput({ runs: [run], sections: ['quality'] })));
      return text.slice(text.indexOf('How good is it?'));
    };
    const text = qualityOf({ ...RUN, metrics: [tested] });
    expect(text).toContain(`test 500 250 same, 250 different, older pairs ${tested.auc.toFixed(3)} ${rangeOf(tested)}`);
    const accuracy = percentText(valid.accuracy).replace('\u00a0', ' ');
    expect(text).toContain(`validation 424 212 same, 212 different, older pairs ${valid.auc.toFixed(3)} ${accuracy}`); // no interval
    expect(text).toContain(`training – those of epoch 18 ${RUN.epochs[17]!.aucTrain.toFixed(3)} 93.0 % –`);
    expect(text).toContain('Confusion on validation pairs');
    expect(text).toContain('The training figures were measured during epoch 18');
    expect(text).toContain('on augmented images');
    expect(qualityOf({ ...RUN, config: { ...RUN.config, augmentation: null } })).not.toContain('augmented');
    expect(qualityOf(RUN)).toContain(`validation 424 212 same, 212 different, older pairs ${valid.auc.toFixed(3)} ${rangeOf(valid)}`);
    const none = qualityOf({ ...RUN, metrics: [], validDistances: null, epochs: [], bestEpoch: null });
    expect(none).toContain('has not been evaluated yet');
  });

  test('the quality has neighbours and classes, or says that they are not measured', () => {
    const textOfRun = (run: ReportRun): string => textOf(renderReport(sampleInput({ runs: [run], sections: ['quality'] })));
    expect(textOfRun(RUN)).toContain('Neighbours and classes Not measured');
    const limit: AucLimit = { kind: 'two-classes', names: ['elm', 'oak'], loss: 0.5, share: 0.25, pairs: 250, wrong: 60 };
    const text = textOfRun({ ...RUN, structure: { ...someStructure, limit } });
    for (const fact of [
      'What limits this result. Pairs of “elm” with “oak” cause 50 % of what this AUC lacks to 1',
      'Nearest neighbours, among test images',
      'Recall@1 0.700 0.650 to 0.750 0.800 0.750 to 0.850',
      '39 test images, each among 39 other test images. 1 test image without another one of its class is left out.',
      'For the nearest image raw cosine is better than the embedding: Recall@1 −0.100, 95 % interval −0.180 to −0.020.',
      'elm 20 78 % 73 % to 83 % 20 of 125 60 of 250 0.650',
      'elm with oak 60 of 250 1.40',
    ])
      expect(text).toContain(fact);
  });

  test('the quality says how the maps change with redrawn weights, or that it is not measured', () => {
    const pageOf = (run: ReportRun): string => renderReport(sampleInput({ runs: [run], sections: ['quality'] }));
    expect(textOf(pageOf(RUN))).toContain('Do the maps depend on what it learnt? Not measured');
    const steps = [
      { redrawn: 'fc.2', mean: 0.73, low: 0.1, high: 0.98 },
      { redrawn: 'features.0', mean: -0.01, low: -0.3, high: 0.25 },
    ];
    const redrawn = { maps: 0, positions: { major: null, minor: null }, dominant: null };
    const page = pageOf({ ...RUN, randomisation: { recipe: 1, measuredMs: 0, pairs: 16, images: 32, redraws: 3, seed: 7, steps, redrawn } });
    expect(textOf(page)).toContain(
      '✓ Maps depend on what was learnt. The maps change when the network’s weights are redrawn (rank correlation −0.01',
    );
    expect(textOf(page)).toContain('(1) the head’s last layer, fc.2; (2) the backbone, features.0.');
    expect(textOf(page)).toContain('16 validation pairs, 3 redraws with seed 7, recipe 1');
    expect(page).toContain('over the number of redrawn stages: 0: 1.00, 1: 0.73, 2: −0.01.');
  });

  test('the training says how its encoder ranked among those compared before it', () => {
    const pageOf = (run: ReportRun): string => textOf(renderReport(sampleInput({ runs: [run], sections: ['training'] })));
    expect(pageOf({ ...RUN, encoderRank: { rank: 2, count: 4, auc: 0.85, comparedMs: 0 } })).toContain(
      'Comparison of encoders number 2 of 4 on validation pairs (AUC 0.850)',
    );
    expect(pageOf(RUN)).not.toContain('Comparison of encoders');
  });

  test('a run has the name that the screen shows, and its id once', () => {
    const page = renderReport(sampleInput());
    expect(textOf(page)).toContain(`network Run 7 (${BACKBONE_INFO.mobilenet_v2_035.label}), model`);
    expect(textOf(page).match(/\br7\b/g)).toHaveLength(1); // of the command line
    const named = textOf(renderReport(sampleInput({ runs: [{ ...RUN, name: 'All layers' }] })));
    expect(named).toContain('network All layers (');
    expect(named).not.toContain('Run 7');
    expect(textOf(renderReport(sampleInput({ runs: [] })))).toContain('network Run 7 (removed), model');
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
      'Of 4 verdicts, 1 is right and 1 is wrong according to the data set; for 1 the data set does not say whether the verdict is right; 1 is on identical images.',
    );
  });
});
