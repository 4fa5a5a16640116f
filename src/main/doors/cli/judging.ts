import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { CompareRequest, EvaluateRequest, ExportRequest, ReportRequest } from '../../../shared/contract.ts';
import { type Comparison, EMPTY_REASONS, TARGETS } from '../../../shared/comparison.ts';
import { evaluateRun } from '../../features/training/evaluate.ts';
import { exportRun } from '../../features/training/export.ts';
import { opened } from './data.ts';
import { type Common, common, fromHere, parsed, withServices } from './options.ts';
import { percent, print } from './output.ts';

export function addJudgingCommands(program: Command): void {
  common(program.command('evaluate <run>').description('judge a run on pairs it was not trained with'))
    .addOption(new Option('--split <split>', 'which pairs').choices(['test', 'valid']).default('test'))
    .action(async (run: string, { workspace, json, split }: Common & { split: string }) => {
      const request = parsed(EvaluateRequest, { run, split });
      const m = await withServices(opened(workspace), true, `evaluate ${run}`, (s, signal) => evaluateRun(s, request.run, request.split, signal));
      const { pairs, auc, aucLow, aucHigh, accuracy, threshold, confusion, eer } = m;
      print(Boolean(json), { run, split: m.split, pairs, auc, aucLow, aucHigh, accuracy, threshold, confusion, eer }, () => [
        `Run ${run} on ${pairs} ${m.split} pairs: AUC ${auc.toFixed(4)} (95 % interval ${aucLow.toFixed(4)} to ${aucHigh.toFixed(4)}), accuracy ${percent(accuracy)} at the threshold ${threshold.toFixed(4)}, EER ${percent(eer)}`,
        `  same taken for same ${confusion[0][0]}, same taken for different ${confusion[0][1]}, different taken for same ${confusion[1][0]}, different taken for different ${confusion[1][1]}`,
      ]);
    });

  common(program.command('compare <run> <image-a> <image-b>').description('say how alike two images are, and show why'))
    .addOption(new Option('--target <target>', 'explain the verdict, or always the distance').choices(TARGETS).default('verdict'))
    .option('--layer <name>', "which layer's features (default: the last)")
    .option('--out <dir>', 'put copies of the pictures and maps there')
    .action(async (run: string, a: string, b: string, { workspace, json, target, layer, out }: Common & Record<string, string | undefined>) => {
      const folder = out === undefined ? undefined : fromHere(out);
      const images = [a, b].map((file) => imagePath(file));
      const request = parsed(CompareRequest, { run, images, target, layer, out: folder });
      const c = await withServices(opened(workspace), true, `compare ${run}`, (s, signal) => s.compare.compare(request, signal));
      print(Boolean(json), c, () => describe(c));
    });

  common(program.command('report <comparison...>').description('write comparisons as one self-contained HTML page'))
    .requiredOption('--out <file>', 'the page')
    .option('--title <text>', 'its title')
    .action(async (comparisons: string[], { workspace, json, out, title }: Common & { out: string; title?: string }) => {
      const request = parsed(ReportRequest, { comparisons, out: fromHere(out), title });
      const { file } = await withServices(opened(workspace), true, 'report', (s) => s.pages.write(request));
      print(Boolean(json), { file }, () => [`Report: ${file}`]);
    });

  common(program.command('export <run>').description("write a run's network as a file for other programs"))
    .addOption(new Option('--format <format>', 'file format').choices(['onnx', 'safetensors']).makeOptionMandatory())
    .requiredOption('--out <file>', 'the file')
    .action(async (run: string, { workspace, json, format, out }: Common & { format: string; out: string }) => {
      const request = parsed(ExportRequest, { run, format, out: fromHere(out) });
      const file = await withServices(opened(workspace), true, `export ${run}`, (s) => exportRun(s, request));
      print(Boolean(json), { file }, () => [`Network: ${file}`]);
    });
}

export function describe(c: Comparison): string[] {
  return [
    `Comparison ${c.comparison}: the network takes these for ${c.verdict === 'same' ? 'the same' : 'different'} (distance ${c.distance.toFixed(4)}, threshold ${c.threshold.toFixed(4)}, similarity ${percent(c.similarity)})`,
    ...c.images.flatMap((image) => [
      `  ${image.file}`,
      `    factual ${image.factual}`,
      `    counterfactual ${image.counterfactual}`,
      ...(image.empty ? [`    ${EMPTY_REASONS[image.empty]}`] : []),
    ]),
    ...c.warnings.map((w) => `Note: ${w}`),
  ];
}

/** A person's relative path means her folder; what is not there may still stand in the data set. */
function imagePath(file: string): string {
  const here = fromHere(file);
  return existsSync(here) ? here : file;
}
