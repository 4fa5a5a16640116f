import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderReport, textOf } from './whole-page.ts';
import type { ReportSection } from '../../../src/shared/report.ts';
import { EMPTY_REASONS, type Comparison } from '../../../src/shared/comparison.ts';
import { emptySentence } from '../../../src/shared/map-words.ts';
import { drawPng } from './png.ts';
import { DATASET, rangeOf, RUN, sampleComparison, sampleInput, toReportComparison } from './sample.ts';

const only = (changes: Partial<Comparison>, distance?: number): string =>
  renderReport(sampleInput({ comparisons: [toReportComparison(sampleComparison(distance, changes))] }));

describe('a full report', () => {
  const page = renderReport(sampleInput());
  const text = textOf(page);
  const onTest = RUN.metrics.find((m) => m.split === 'test')!;

  test.each([
    ['file names', ['26605779860_50872b454a_n.jpg', '14087947408_9779257411_n.jpg']],
    ['classes and sizes', ['class Rose · 1024 × 768 px', 'class Daisy · 320 × 240 px']],
    [
      'the verdict in words',
      [`The network considers these different: distance 1.63, above the threshold of ${RUN.calibration!.threshold.toFixed(2)}.`],
    ],
    ['similarity, distance, threshold, margin', ['Similarity', 'Distance 1.63', 'Threshold', 'Margin 2.00']],
    ['how sure', ['the fitted curve puts the share of different pairs at', '(95 % interval']],
    ['calibration pairs', ['fitted to 424 validation pairs of 60 images, 50 % at the threshold. On these', 'the expected calibration error is']],
    ['test figures', [`test 500 250 same, 250 different, older pairs ${onTest.auc.toFixed(3)} ${rangeOf(onTest)}`]],
    [
      'both kinds of maps and their scale',
      ['For “different” factual', 'Against “different” counterfactual', '0 no colour', '1.42 for “different”', '7 × 7'],
    ],
    ['the target', ['The maps are of the verdict']],
    ['layer, engine, device, seed, versions', ['block_16_project', 'onnx on webgpu', 'Seed 1234', 'onnxruntime-node 1.30.0']],
    [
      'hashes',
      [RUN.modelSha256!, RUN.snapshot, sampleComparison().images[0].sha256, sampleComparison().images[1].sha256, RUN.config.weights!.sha256],
    ],
    ['confusion', ['truly same', 'predicted different', ...onTest.confusion.flat().map(String)]],
    ['the data', ['Flowers', '1,530 in 5 classes', 'Sunflower 300', 'training 1,070', '3 files were rejected: 2 × Not an image', 'Rose/notes.txt']],
    ['curves', ['best: epoch 18', 'contrastive loss', 'training', 'validation']],
    [
      'the paper',
      ['Livieris', 'Pintelas', 'Kiriakidou', '“Explainable Image Similarity: Integrating Siamese Networks and Grad-CAM”', '2023, 9(10), 224'],
    ],
    ['a signature', ['Name', 'Date', 'Signature']],
    ['when and by what', ['14 November 2026, 10:32 UTC', 'Twinlens 0.1.0']],
  ])('shows %s', (_, facts) => {
    for (const fact of facts) expect(text).toContain(fact);
  });

  test('contains all six images, each with a description', () => {
    const images = [...page.matchAll(/<img src="data:image\/png;base64,([A-Za-z0-9+/=]+)" alt="([^"]+)">/g)];
    expect(images).toHaveLength(6);
    expect(Buffer.from(images[0][1], 'base64')).toEqual(toReportComparison(sampleComparison()).images[0].photo.bytes);
    expect(new Set(images.map((m) => m[2])).size).toBe(6);
  });

  test('can neither fetch nor run anything', () => {
    const [, sheet] = /<style>([^]*?)<\/style>/.exec(page)!;
    const hash = createHash('sha256').update(sheet!).digest('base64');
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-${hash}'; style-src-attr 'unsafe-inline'">`,
    );
    expect(page).not.toMatch(/<script|<link|<iframe|javascript:|@import|url\(|https?:\/\//i);
  });

  test('contains no folder of the machine', () => {
    expect(page).not.toContain('/home/ana');
    const weights = { ...RUN.config.weights!, source: '/home/ana/downloads/mobilenet.safetensors' };
    const byFile = renderReport(sampleInput({ runs: [{ ...RUN, config: { ...RUN.config, weights } }] }));
    expect(byFile).toContain('mobilenet.safetensors');
    expect(byFile).not.toContain('/home/ana');
  });

  test('has unique ids and no broken internal link', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    for (const [, target] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(target);
  });
});

describe('what the person adds', () => {
  const renderJudged = (
    judgement: 'agree' | 'unsure' | 'disagree' | 'wrong-label' | null,
    note = '',
    sections: readonly ReportSection[] = ['signature'],
  ): string => renderReport(sampleInput({ comparisons: [{ ...toReportComparison(sampleComparison()), judgement, note }], sections }));

  test.each([
    ['agree', 'I agree with the verdict.'],
    ['unsure', 'I am unsure whether the verdict is right.'],
    ['disagree', 'I disagree with the verdict.'],
    ['wrong-label', 'The label of an image of this pair is wrong.'],
  ] as const)('%s is written beside the comparison and in the results, without boxes to tick', (judgement, sentence) => {
    const page = renderJudged(judgement);
    const sign = { agree: '✓', unsure: '?', disagree: '✗', 'wrong-label': '!' }[judgement];
    expect(textOf(page)).toContain(`My judgement ${sign} ${sentence}`);
    expect(textOf(page)).toMatch(
      new RegExp(
        `1\\.63 ${RUN.calibration!.threshold.toFixed(2)} \\${sign} ${judgement === 'wrong-label' ? 'the label is wrong' : judgement} Of 1 verdict`,
      ),
    );
    expect(page).not.toContain('class="box"');
  });

  test('a note keeps its paragraphs and is escaped', () => {
    const page = renderJudged(null, 'Petals <decide>.\r\n\r\nLeaves & stems:\nnot.', []);
    expect(page).toContain('Petals &lt;decide&gt;.');
    expect(textOf(page)).toContain('My judgement Petals <decide>. Leaves & stems: not.');
    expect(page).not.toContain('<decide>');
  });

  test('a missing judgement is not shown, or has boxes to tick above the signature', () => {
    expect(renderJudged(null, '', [])).not.toMatch(/class="personal"|My judgement/);
    expect(textOf(renderJudged(null))).toContain('My judgement agree unsure disagree the label is wrong');
    expect(renderJudged(null).match(/class="box"/g)).toHaveLength(4);
  });

  test('a note too long for the page is printed whole below everything else', () => {
    const note = Array.from({ length: 40 }, (_, i) => `Sentence ${i + 1} of a long note about the two flowers.`).join(' ');
    const text = textOf(renderJudged('agree', note, []));
    expect(text).toMatch(/SHA-256 of A \w+, B \w+ My note Sentence 1 .* Sentence 40 of a long note about the two flowers\. $/);
  });

  test('author and logo are on the first page', () => {
    const logo = drawPng(8, 4, () => [200, 30, 30]);
    const page = renderReport(sampleInput({ author: ' Ana <Petrović> ', logo }));
    expect(page).toContain(`<img class="logo" src="data:image/png;base64,${logo.toString('base64')}" alt="Logo">`);
    expect(page).toContain('<meta name="author" content="Ana &lt;Petrović&gt;">');
    expect(textOf(page)).toContain('Rose against daisy Ana <Petrović> · 14 November 2026');
    expect(textOf(page)).toContain('Name Ana <Petrović> Date');
    expect(renderReport(sampleInput())).not.toMatch(/class="logo"|class="author"|name="author"/);
  });

  test('curation of the data set and the name of the run are shown', () => {
    const datasets = [{ ...DATASET, curation: { excluded: 1, relabelled: 1204 } }];
    const text = textOf(renderReport(sampleInput({ datasets, runs: [{ ...RUN, name: 'Final <network>' }] })));
    expect(text).toContain('1 image excluded, 1,204 images moved to another class');
    expect(text).toContain('Appendix · The network Final <network>');
    expect(textOf(renderReport(sampleInput({ datasets: [{ ...DATASET, curation: { excluded: 0, relabelled: 0 } }] })))).toContain('no, as imported');
  });

  test('each printed page names the model', () => {
    expect(renderReport(sampleInput())).toContain(`content:"Twinlens comparison report · model ${RUN.modelSha256!.slice(0, 12)}"`);
    const hostile = sampleComparison(1, { modelSha256: '"}body{display:none}' });
    expect(renderReport(sampleInput({ comparisons: [toReportComparison(hostile)] }))).toContain('content:"Twinlens comparison report"');
  });
});

describe('sentences', () => {
  test('same, below the threshold', () => {
    expect(textOf(only({}, 0.41))).toContain('The network considers these the same: distance 0.41, below the threshold');
  });

  test('distance and threshold are never shown as one number when they differ', () => {
    const text = textOf(only({ threshold: 0.912, distance: 0.9149, verdict: 'different' }));
    expect(text).toContain('distance 0.915, above the threshold of 0.912');
  });

  test('the probability at this distance with its interval; an extrapolated one explains no similarity', () => {
    const sure = { low: 0.02, high: 0.06, beyond: false, over: 'images' as const, units: 60, pairs: 400, same: 200 };
    expect(textOf(only({ similarity: 0.03, certainty: sure }))).toContain('the share of different pairs at 97 % (95 % interval 94 to 98 %).');
    const beyond = textOf(only({ certainty: { ...sure, beyond: true } }));
    expect(beyond).toContain('extrapolated: no validation pair is this far.');
    expect(beyond).not.toContain('is an estimate of the share');
  });

  test('a right verdict on training images is grey, and counted apart', () => {
    const base = sampleComparison(1.63);
    const trained = sampleComparison(1.63, { images: base.images.map((image) => ({ ...image, split: 'train' as const })) as typeof base.images });
    const page = renderReport(sampleInput({ comparisons: [toReportComparison(trained), toReportComparison({ ...base, comparison: 'c2' })] }));
    const words = 'Right, but the network was trained on both images';
    expect(page.split(`<p class="claim neutral"><span class="claim-sign" aria-hidden="true">✓</span> ${words}</p>`)).toHaveLength(3); // twice
    expect(textOf(page)).toContain('Of 2 verdicts, 2 are right (1 of them on images that the network was trained on) and 0 are wrong');
  });

  test('the target distance is named, and changes the names of the maps', () => {
    const text = textOf(only({ target: 'distance' }));
    expect(text).toContain('The maps are of the distance, independent of the verdict');
    expect(text).toContain('For a larger distance factual');
    expect(text).not.toContain('For “different” factual');
  });

  test('a wrong verdict is called wrong in the headline and in the overview', () => {
    const claims = (page: string): string[] => [...page.matchAll(/<p class="claim (\w+)">.*?<\/span> (.*?)<\/p>/g)].map((m) => `${m[1]}: ${m[2]}`);
    const wrong = 'bad: Wrong: the data set says different classes';
    expect(claims(only({}, 0.41))).toEqual([wrong, wrong]);
    expect(textOf(only({}, 0.41))).toContain('= Same ✗ Wrong: the data set says different classes The network considers these the same');
    const two = sampleInput({
      comparisons: [toReportComparison(sampleComparison(0.41)), toReportComparison(sampleComparison(1.63, { comparison: 'c2' }))],
    });
    const right = 'good: Right: the data set says different classes';
    expect(claims(renderReport(two))).toEqual([wrong, right, wrong, right]);
  });

  test('an extrapolated verdict is grey', () => {
    const [a, b] = sampleComparison().images;
    const certainty = { low: 0, high: 0.001, beyond: true, over: 'images' as const, units: 60, pairs: 400, same: 200 };
    const page = only({ images: [a, { ...b, className: null }], certainty });
    expect(page).toContain(
      '<p class="claim neutral"><span class="claim-sign" aria-hidden="true">?</span> Extrapolated: no validation pair is this far</p>',
    );
  });

  test('identical files and files outside the data set are reported before the verdict is explained', () => {
    const [a, b] = sampleComparison().images;
    const identical = textOf(only({ images: [a, { ...b, sha256: a.sha256, className: a.className }] }, 0));
    expect(identical).toMatch(/\? Identical images: no evidence ! \S+ and \S+ are identical files, .* The network considers these the same/);
    const outside = textOf(only({ images: [a, { ...b, className: null }] }));
    expect(outside).toMatch(/ is not in the data set, so it is unknown whether the verdict is right\. .* The network considers these different/);
  });

  test('a verdict that contradicts the folders is marked as such', () => {
    expect(textOf(only({}, 0.41))).toContain('In the data set the two images are of different classes. The verdict contradicts that.');
    expect(textOf(only({}, 1.63))).toContain('The verdict agrees with that.');
  });

  test.each(EMPTY_REASONS)('an empty map is marked, and has its reason: %s', (reason) => {
    const comparison = sampleComparison();
    comparison.images[1].empty = reason;
    const page = renderReport(sampleInput({ comparisons: [toReportComparison(comparison)] }));
    const mapsItEmpties = reason === 'no-factual' || reason === 'no-counterfactual' ? 1 : 2;
    expect(page.match(/<span class="map-mark">empty<\/span>/g)).toHaveLength(mapsItEmpties);
    expect(textOf(page)).toContain(`Empty maps of B: ${emptySentence(comparison, reason)}`);
  });

  test('weak maps are marked, and one sentence gives the rule', () => {
    const comparison = sampleComparison(1.63, { runScale: { fullColour: 0.5, images: 128 } });
    comparison.images[0].strongest = { factual: 0.04, counterfactual: 0.3 };
    comparison.images[1].strongest = { factual: 0.03, counterfactual: 0.049 };
    const page = renderReport(sampleInput({ comparisons: [toReportComparison(comparison)] }));
    expect(page.match(/<span class="map-mark">weak<\/span>/g)).toHaveLength(3);
    expect(textOf(page)).toContain(
      'Weak evidence for “different” in A (strongest value 0.0400) and B (strongest value 0.0300), against “different” in B (strongest value 0.0490): below 0.0500, a tenth of this run’s full colour, so no location is stated.',
    );
    expect(textOf(page)).toContain('0 no colour ≥ 0.500 for “different”');
  });

  test('the line around the strongest part is explained only where a map has one', () => {
    const [full, empty] = [sampleComparison(), sampleComparison()];
    for (const image of empty.images) image.empty = 'identical';
    const text = (comparison: typeof full): string => textOf(renderReport(sampleInput({ comparisons: [toReportComparison(comparison)] })));
    expect(text(full)).toContain('The dashed line encloses');
    expect(text(empty)).not.toContain('The dashed line encloses');
  });

  test('a reason that empties all four maps is given once', () => {
    const comparison = sampleComparison();
    for (const image of comparison.images) image.empty = 'identical';
    expect(textOf(renderReport(sampleInput({ comparisons: [toReportComparison(comparison)] }))).split('Empty maps of')).toHaveLength(2);
  });

  test('long names are whole beside the images and in the results, and shortened in sentences', () => {
    const comparison = sampleComparison();
    const name = `${'very long '.repeat(19)}.jpg`;
    Object.assign(comparison.images[0], { file: `/images/${name}`, className: null });
    comparison.warnings = [`The network was trained with ${name}.`];
    const page = renderReport(sampleInput({ comparisons: [toReportComparison(comparison)], sections: [] }));
    expect(textOf(page).split(name)).toHaveLength(3);
    expect(textOf(page)).toContain('! very long very long very long ve… very long .jpg is not in the data set');
    expect(textOf(page)).toContain('trained with very long very long very long ve… very long .jpg.');
    expect(page.split(name)).toHaveLength(3 + 3); // and in the descriptions of three images
  });

  test('a scale of zero has a sentence and no bar', () => {
    const page = only({ scale: 0 });
    expect(textOf(page)).toContain('All four maps are empty, so there is no scale.');
    expect(page).not.toContain('class="scale-bar');
  });

  test('warnings of comparison, run and data set are shown as such', () => {
    const { fit: _, ...older } = RUN.calibration!; // as an earlier version fitted it, which stored its warnings
    const page = renderReport(
      sampleInput({
        comparisons: [toReportComparison(sampleComparison(1.63, { warnings: ['Border evidence.'] }))],
        runs: [{ ...RUN, calibration: older, warnings: ['Few pairs.', 'Collapsed.'] }],
        datasets: [{ ...DATASET, warnings: ['Near duplicates.'] }],
      }),
    );
    const text = textOf(page);
    for (const words of [
      'Caveat Border evidence.',
      '2 warnings · About Run 7 Few pairs. Collapsed.',
      'Warning · About the data set Flowers Near duplicates.',
    ])
      expect(text.replace(/ ! /g, ' ')).toContain(words);
  });

  test('a changed data set, an unevaluated run, a lost run and a lost data set are reported', () => {
    const changed = textOf(renderReport(sampleInput({ datasets: [{ ...DATASET, snapshot: 'f'.repeat(64) }] })));
    expect(changed).toContain('The data set has changed since Run 7 was trained');
    const unevaluated = textOf(renderReport(sampleInput({ runs: [{ ...RUN, metrics: [], epochs: [], bestEpoch: null, validDistances: null }] })));
    expect(unevaluated).toContain('has not been evaluated');
    expect(unevaluated).toContain('No epoch finished');
    const lost = textOf(renderReport(sampleInput({ runs: [], datasets: [] })));
    expect(lost).toContain('no longer in the workspace');
    expect(textOf(renderReport(sampleInput({ datasets: [] })))).toContain('The data set flowers is no longer in the workspace');
  });
});

describe('several comparisons', () => {
  const input = sampleInput({
    comparisons: [1.63, 0.41].map((d, i) => toReportComparison(sampleComparison(d, { comparison: `cmp-${i}` }))),
    runs: [RUN, RUN],
  });
  const page = renderReport(input);

  test('have a section each and an overview, and their run is described once', () => {
    expect(page.match(/<section class="comparison"/g)).toHaveLength(2);
    expect(page.match(/<section class="run"/g)).toHaveLength(1);
    expect(textOf(page)).toContain('Results');
    expect(textOf(page)).toContain('Comparison 2 of 2');
  });
});

test('hostile names stay text everywhere', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('<img src=x onerror=alert(1)>', '"', "'", '</bdi>', '\n', '&amp;', '\u202e', 'é', '<!--', '</title>'),
    minLength: 1,
  });
  fc.assert(
    fc.property(hostile, (name) => {
      const comparison = sampleComparison(1.63, { layer: name, warnings: [name], versions: { [name]: name } });
      Object.assign(comparison.images[0], { file: name.replaceAll('/', '∕'), className: name });
      const page = renderReport(
        sampleInput({
          ...{ title: name, author: `x${name}` },
          introduction: `x ${name.replaceAll(/\n+/g, '\n')}`, // an empty line would start a paragraph, as it should
          ...{ comparisons: [toReportComparison(comparison)], runs: [{ ...RUN, warnings: [name], error: name }] },
          datasets: [{ ...DATASET, name, classes: { [name]: 3 }, rejected: [{ file: name, reason: name }], warnings: [name] }],
          appVersion: name,
        }),
      );
      const plain = renderReport(
        sampleInput({
          ...{ introduction: 'x', author: 'x' },
          comparisons: [toReportComparison(sampleComparison(1.63, { warnings: ['x'] }))],
          runs: [{ ...RUN, warnings: ['x'], error: 'x' }],
          datasets: [{ ...DATASET, classes: { x: 3 }, rejected: [{ file: 'x', reason: 'x' }], warnings: ['x'] }],
        }),
      );
      const tags = (html: string): string[] => [...html.replaceAll('<wbr>', '').matchAll(/<\/?([a-z!-]+)/gi)].map((m) => m[1]);
      expect(tags(page)).toEqual(tags(plain));
    }),
    { numRuns: 60 },
  );
});
