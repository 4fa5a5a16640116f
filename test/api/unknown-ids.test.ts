import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CallInput, type CallName, CALLS } from '../../src/shared/contract.ts';
import { asAppError } from '../../src/shared/errors.ts';
import type { Stroke } from '../../src/shared/what-if.ts';
import { someComparison, someConfig, someDataset } from '../db/records.ts';
import { hasCompute, openTestWorkbench, type TestWorkbench } from '../features/training/test-workbench.ts';

const LOGO = 'f'.repeat(64);
const things = { dataset: 'things' };
const nothing = { dataset: 'nothing' };
const choice = { run: 'r99' };
const STROKE: Stroke = { tool: 'rectangle', image: 0, fill: 'blur', box: [0, 0, 1, 1] };
const drawn = { title: 'a', comparisons: ['c1'] };

/** For every call that takes an id: inputs in which one id is unknown. */
const UNKNOWN: { [N in CallName]?: CallInput<N>[] } = {
  'jobs.cancel': [{ job: 'j99' }],
  'jobs.dismiss': [{ job: 'j99' }],
  'datasets.get': [nothing],
  'datasets.remove': [nothing],
  'datasets.restore': [nothing],
  'datasets.counts': [nothing],
  'datasets.folder': [nothing],
  'datasets.relocate': [{ ...nothing, folder: '/' }],
  'datasets.export': [{ ...nothing, format: 'csv' }],
  'bundles.save': [nothing],
  'tables.export': [{ ...nothing, table: 'images', format: 'csv' }],
  'tables.inspect': [{ ...nothing, file: '/nowhere.csv' }],
  'tables.apply': [{ ...nothing, file: '/nowhere.csv' }],
  'pairs.check': [{ ...nothing, file: '/nowhere.csv' }],
  'pairs.exportProblems': [{ ...nothing, file: '/nowhere.csv' }],
  'images.find': [nothing],
  'images.rows': [{ ...nothing, ids: [0] }],
  'images.copies': [nothing],
  'images.ofWarnings': [nothing],
  'images.problem': [
    { ...nothing, id: 0 },
    { ...things, id: 999 },
  ],
  'curation.apply': [
    { ...nothing, edit: { kind: 'exclude', ids: [0] } },
    { ...things, edit: { kind: 'exclude', ids: [0, 999] } },
  ],
  'curation.undo': [{ ...nothing, position: 1 }],
  'curation.redo': [{ ...nothing, position: 1 }],
  'curation.state': [nothing],
  'curation.history': [nothing],
  'curation.imagesOf': [
    { ...nothing, position: 1 },
    { ...things, position: 99 },
  ],
  'runs.get': [choice],
  'runs.start': [nothing],
  'runs.resume': [choice],
  'experiments.resume': [{ experiment: 'e99' }],
  'experiments.annotate': [{ experiment: 'e99', name: 'x' }],
  'experiments.remove': [{ experiment: 'e99' }],
  'experiments.compare': [{ a: 'e99', b: 'e98' }],
  'encoders.compare': [nothing],
  'encoders.latest': [nothing],
  'duplicates.report': [{ ...nothing, source: { encoder: 'patches', weights: null } }],
  'duplicates.reject': [
    { ...nothing, pairs: [[0, 1]], rejected: true },
    { ...things, pairs: [[0, 999]], rejected: true },
  ],
  'embeddings.choices': [nothing],
  'embeddings.status': [
    { ...nothing, source: { encoder: 'patches', weights: null } },
    { ...things, source: { run: 'r99' } },
  ],
  'embeddings.start': [{ ...nothing, source: { encoder: 'patches', weights: null } }],
  'imageMap.status': [{ ...nothing, source: { encoder: 'patches', weights: null } }],
  'imageMap.points': [{ ...nothing, source: { encoder: 'patches', weights: null } }],
  'imageMap.start': [{ ...nothing, source: { encoder: 'patches', weights: null } }],
  'similar.find': [
    { ...nothing, source: { run: 'r1' }, target: { image: 0 } },
    { ...things, source: { run: 'r99' }, target: { image: 0 } },
  ],
  'similar.judge': [{ ...nothing, source: { run: 'r1' }, query: { sha256: 'a'.repeat(64), file: '/a.png' }, partner: 0, judgement: 'same' }],
  'similar.undoJudgement': [
    { ...nothing, id: 'i1' },
    { ...things, id: 'i99' },
  ],
  'similar.redoJudgement': [{ ...things, id: 'i99' }],
  'searches.start': [{ ...nothing, source: { run: 'r1' }, folder: '/' }],
  'searches.list': [nothing],
  'searches.get': [{ search: 'f99' }],
  'searches.query': [{ search: 'f99', position: 0 }],
  'searches.decide': [{ search: 'f99', position: 0, decision: 'new' }],
  'searches.undo': [{ search: 'f99' }],
  'searches.remove': [{ search: 'f99' }],
  'searches.restore': [{ search: 'f99' }],
  'searches.export': [{ search: 'f99', format: 'csv' }],
  'labels.check': [{ ...nothing, source: { encoder: 'patches', weights: null } }],
  'labels.find': [{ ...nothing, source: { encoder: 'patches', weights: null } }],
  'labels.confirm': [{ ...nothing, source: { encoder: 'patches', weights: null }, images: [0], right: true }],
  'quality.get': [nothing],
  'quality.ofImage': [
    { ...nothing, image: 0 },
    { ...things, image: 999 },
  ],
  'quality.setThreshold': [{ ...nothing, flag: 'dark', threshold: 9 }],
  'quality.accept': [
    { ...nothing, flag: 'dark', images: [0], accepted: true },
    { ...things, flag: 'dark', images: [0, 999], accepted: true },
  ],
  'runs.stop': [choice],
  'runs.evaluate': [choice],
  'runs.thresholds': [choice],
  'runs.setThreshold': [{ ...choice, choice: { rule: 'even' } }],
  'runs.restoreThreshold': [{ ...choice, entry: 1 }],
  'runs.fitAgain': [choice],
  'runs.randomise': [choice],
  'runs.structure': [choice],
  'runs.measureStructure': [choice],
  'runs.metrics': [{ ...choice, split: 'test' }],
  'runs.annotate': [{ ...choice, name: 'a' }],
  'runs.remove': [choice],
  'runs.restore': [choice],
  'runs.export': [{ ...choice, format: 'onnx', out: '/nowhere/a.onnx' }],
  'runs.layers': [choice],
  'compare.explain': [
    { ...choice, a: { ...things, id: 0 }, b: { ...things, id: 1 } },
    { run: 'r1', a: { ...things, id: 0 }, b: { ...things, id: 999 } },
    { run: 'r1', a: { ...nothing, id: 0 }, b: { ...things, id: 1 } },
  ],
  'compare.open': [{ comparison: 'c99' }],
  'compare.queue': [{ ...choice, kind: 'wrong' }],
  'compare.check': [{ comparisons: ['c99'] }, { ...choice, kind: 'wrong' }],
  'compare.examples': [{ comparison: 'c99' }],
  'compare.matches': [{ comparison: 'c99' }],
  'compare.readExamples': [{ run: 'r99' }],
  'compare.flip': [{ comparison: 'c99' }],
  'compare.get': [{ comparison: 'c99' }],
  'compare.annotate': [{ comparison: 'c99', note: 'a' }],
  'compare.mapScale': [choice],
  'compare.remove': [{ comparison: 'c99' }],
  'compare.restore': [{ comparison: 'c99' }],
  'whatIfs.answer': [{ comparison: 'c99', strokes: [] }],
  'whatIfs.list': [{ comparison: 'c99' }],
  'whatIfs.putDraft': [{ comparison: 'c99', strokes: [] }],
  'whatIfs.save': [
    { comparison: 'c99', strokes: [STROKE] },
    { comparison: 'c1', edit: 'e99', strokes: [STROKE] },
  ],
  'whatIfs.annotate': [{ comparison: 'c1', edit: 'e99', note: 'a' }],
  'whatIfs.remove': [{ edit: 'e99' }],
  'whatIfs.restore': [{ edit: 'e99' }],
  'reports.get': [{ report: 'p99' }],
  'reports.save': [
    { ...drawn, report: 'p99' },
    { ...drawn, comparisons: ['c1', 'c99'] },
    { ...drawn, logo: LOGO },
    { ...drawn, report: 'p1', logo: LOGO },
    { ...drawn, report: 'p1', comparisons: ['c99'] },
  ],
  'reports.preview': [
    { ...drawn, report: 'p99' },
    { ...drawn, logo: LOGO },
  ],
  'reports.write': [{ report: 'p99', format: 'html' }],
  'reports.logo': [{ logo: LOGO }],
  'reports.remove': [{ report: 'p99' }],
  'reports.restore': [{ report: 'p99' }],
};
const IDS = ['dataset', 'run', 'experiment', 'comparison', 'comparisons', 'report', 'logo', 'job', 'edit', 'search', 'a', 'b'];
const takesId = (name: CallName): boolean => {
  const { input } = CALLS[name];
  if (name === 'settings.set') return false; // what it stores is checked when it is used
  const inputs: readonly unknown[] = input instanceof z.ZodUnion ? input.options : [input];
  return inputs.some((one) => one instanceof z.ZodObject && IDS.some((id) => id in one.shape));
};

/** The data set `things`, a finished run r1, a comparison c1 and a report p1, without files. */
function openFilled(): TestWorkbench {
  const app = openTestWorkbench();
  const { store } = app.workbench;
  store.datasets.insert(someDataset());
  store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions: {} });
  store.runs.update('r1', { status: 'done', calibration: { threshold: 1, slope: 1 } });
  store.comparisons.insert(someComparison(store.comparisons.reserve(), 'r1'), { saved: true });
  store.reports.insert({ title: 'a', introduction: '', author: '', logo: null, sections: [], comparisons: ['c1'] });
  return app;
}

describe.skipIf(!hasCompute)('an id that the workspace does not have (needs the build)', () => {
  test('is tried in every call that takes one', () => {
    const names = Object.keys(CALLS) as CallName[];
    expect(names.filter((name) => takesId(name) !== name in UNKNOWN)).toEqual([]);
  });

  test('is refused as unknown by every call, and changes nothing', async () => {
    const app = openFilled();
    const lists = async (): Promise<unknown> => [
      await app.call('datasets.list', {}),
      await app.call('runs.list', {}),
      await app.call('compare.list', {}),
      await app.call('reports.list', {}),
    ];
    const before = await lists();
    const answers: string[] = [];
    const expected: string[] = [];
    for (const name of Object.keys(UNKNOWN) as CallName[])
      for (const input of UNKNOWN[name]!) {
        const text = `${name} ${JSON.stringify(input)}`;
        expected.push(`${text}: ${name === 'runs.start' ? 'bad-request' : 'not-found'}`); // a training lists all problems of its choices
        answers.push(`${text}: ${await codeOf(app, name, input as never)}`);
      }
    expect(answers).toEqual(expected);
    expect(await lists()).toEqual(before);
  });
});

/** The code of the error of a call, or of the job that it starts. */
async function codeOf(app: TestWorkbench, name: CallName, input: never): Promise<string> {
  try {
    const answer = (await app.call(name, input)) as object | null;
    if (answer === null || !('job' in answer)) return `no error, but ${JSON.stringify(answer)}`;
    const { error } = await app.waitForEnd(answer as never);
    return error?.code ?? 'no error of the job';
  } catch (error) {
    return asAppError(error).code;
  }
}
