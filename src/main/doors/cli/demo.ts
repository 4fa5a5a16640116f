import { join } from 'node:path';
import type { Command } from 'commander';
import { countText } from '../../../shared/format.ts';
import { SAMPLE_TRAINING, samplePairs } from '../../../shared/sample.ts';
import { importInto, workspaceOption } from './data.ts';
import { comparisonLines } from './results.ts';
import { type Common, addCommonOptions, withServices } from './options.ts';
import { percent, print } from './output.ts';
import { progressLines } from './training-progress.ts';

const SAMPLE_SEED = 1;

export function addDemoCommand(program: Command): void {
  addCommonOptions(program.command('demo').description('import, train, evaluate, compare and report on a generated sample data set')).action(
    async ({ workspace, json }: Common) => {
      const result = await withServices(workspaceOption(workspace), true, 'demo', async (s, signal) => {
        const sample = join(s.workspace.samples, 'tiles');
        const { images: folder } = await s.compute.ask('drawSample', { folder: sample, seed: SAMPLE_SEED }, { signal });
        const dataset = await importInto(s, { folder, name: 'sample' }, signal);
        const lines = progressLines(signal);
        const run = await s.training.start({ dataset: dataset.dataset, ...SAMPLE_TRAINING }, lines).finally(() => {
          lines.end();
        });
        const metrics = await s.evaluation.evaluateBoth(run.run, { signal });
        const comparisons = [];
        for (const [a, b] of samplePairs(s.store.datasets.images(dataset.dataset))) {
          comparisons.push(await s.compare.compare({ run: run.run, images: [join(folder, a), join(folder, b)], target: 'verdict' }, signal));
        }
        const out = join(s.workspace.samples, `report-${run.run}.html`);
        const page = { comparisons: comparisons.map((c) => c.comparison), out, title: 'Twinlens on its sample data set' };
        const { file } = await s.pages.write(page, { signal, printPdf: null });
        return { dataset: dataset.dataset, run: run.run, metrics, comparisons, report: file };
      });
      const { metrics } = result;
      print(Boolean(json), { ...result, metrics: undefined, auc: metrics.auc, comparisons: result.comparisons.map((c) => c.comparison) }, () => [
        `Run ${result.run}: AUC ${metrics.auc.toFixed(4)}, accuracy ${percent(metrics.accuracy)} on ${countText(metrics.pairs)} test pairs`,
        ...result.comparisons.flatMap(comparisonLines),
        `Report: ${result.report}`,
      ]);
    },
  );
}
