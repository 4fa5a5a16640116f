import { type Command, Option } from 'commander';
import type { ImportRequest } from '../../../shared/contract.ts';
import { type DatasetSummary, SPLIT_SOURCES } from '../../../shared/dataset.ts';
import { encoderNameOf } from '../../../shared/encoder-name.ts';
import { lookAlikes } from '../../../shared/class-names.ts';
import { type ListedAuc, listedAucText, listedTestAuc, validationAuc } from '../../../shared/listed-auc.ts';
import { hasEpochs, lossInfo } from '../../../shared/losses.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { countNoun, countText } from '../../../shared/format.ts';
import { quote } from '../../foundation/words.ts';
import type { Services } from '../../services.ts';
import { type Common, addCommonOptions, resolveUserPath, numberOption, parseRequest, withServices } from './options.ts';
import { print, ProgressLine } from './output.ts';

export function importInto({ importer }: Services, request: ImportRequest, signal: AbortSignal): Promise<DatasetSummary> {
  const line = new ProgressLine();
  const onProgress = (done: number, total: number): void => line.update(`Reading images: ${countText(done)} of ${countText(total)}`);
  return importer.import(request, { signal, onProgress }).finally(() => line.end());
}

type ImportRequest = ReturnType<(typeof ImportRequest)['parse']>;

export function addDataCommands(program: Command): void {
  addCommonOptions(program.command('import <folder>').description('import a folder with one sub-folder of images per class'))
    .option('--name <name>', 'name of the data set (default: the name of the folder)')
    .option(
      '--group-by <regex>',
      'regular expression that finds the subject in a file name, or in the path below the folder if it contains a /; images of one subject stay in one split',
    )
    .option('--group-name <name>', 'what a group is called, in the singular, such as listing or patient; trainings on groups say "same listing"')
    .addOption(
      new Option(
        '--splits <source>',
        'folders: train, val and test folders are the split where all images are in them; new: a new split of all images; unseen-classes, unseen-groups: a new split with whole classes or groups apart, so that figures are of classes or groups that the network never saw',
      ).choices([...SPLIT_SOURCES]),
    )
    .addOption(numberOption('--split-seed <n>', 'seed of the split into training, validation and test images'))
    .action(async (folder: string, { workspace, json, ...rest }: Common & Record<string, unknown>) => {
      const request = await parseRequest((contract) => contract.ImportRequest, { folder: resolveUserPath(folder), ...rest });
      const summary = await withServices(workspaceOption(workspace), true, `import ${request.folder}`, (s, signal) => importInto(s, request, signal));
      const { dataset, images, classes, rejected } = summary;
      print(
        Boolean(json),
        { dataset, images, classes, rejected, warnings: summary.warnings, splits: summary.splits, pairs: summary.pairs, groups: summary.groups },
        () => [
          `Data set ${dataset}: ${countText(images)} images in ${countText(Object.keys(classes).length)} classes`,
          ...Object.entries(classes).map(([name, n]) => `  ${name}: ${countText(n)}`),
          `  training ${countText(summary.splits.train)}, validation ${countText(summary.splits.valid)}, test ${countText(summary.splits.test)} images`,
          ...rejected.map((r) => `Not imported: ${r.file} (${r.reason})`),
          ...summary.warnings.map((w) => `Note: ${w}`),
          ...(lookAlikes(Object.keys(classes)).length > 0 ? [`Merge classes whose names look alike with: twinlens merge ${dataset}`] : []),
        ],
      );
    });

  addCommonOptions(
    program.command('merge <dataset>').description('merge classes whose names look alike (case, spaces, accents); the Images page can undo it'),
  )
    .addOption(
      new Option('--class <name>', 'merge only the classes whose names look like this one (can be repeated)').argParser(
        (name, all: string[] = []) => [...all, name],
      ),
    )
    .action(async (dataset: string, { workspace, json, class: only = [] }: Common & { class?: string[] }) => {
      await withServices(workspaceOption(workspace), true, `merge ${dataset}`, (s) => {
        const merged = s.mergeLookAlikes(dataset, only);
        print(Boolean(json), merged, () =>
          merged.length > 0
            ? merged.map(
                ({ into, others, images }) => `Merged ${countNoun(images, 'image')} of ${others.map(quote).join(' and ')} into ${quote(into)}`,
              )
            : ['No class names look alike. Nothing was changed.'],
        );
        return Promise.resolve();
      });
    });

  addCommonOptions(program.command('datasets').description('list the data sets')).action(async ({ workspace, json }: Common) => {
    await withServices(workspaceOption(workspace), false, 'datasets', (s) => {
      const list = s.store.datasets.list();
      print(Boolean(json), list, () =>
        list.length
          ? list.map((d) => `${d.dataset}\t${d.images} images\t${Object.keys(d.classes).length} classes\t${d.root}`)
          : ['No data sets yet. Create one with: twinlens import FOLDER'],
      );
      return Promise.resolve();
    });
  });

  addCommonOptions(program.command('runs').description('list the trained networks')).action(async ({ workspace, json }: Common) => {
    await withServices(workspaceOption(workspace), false, 'runs', (s) => {
      const list = s.store.runs.list();
      print(Boolean(json), list, () => (list.length ? list.map(runLine) : ['No runs yet. Create one with: twinlens train DATASET']));
      return Promise.resolve();
    });
  });
}

export const workspaceOption = (workspace: string | undefined): Common => (workspace === undefined ? {} : { workspace });

/** "12 epochs", or "linear probe" of a run that is not trained by steps. */
export const epochsText = ({ config, epochs }: RunRecord): string =>
  hasEpochs(config) ? countNoun(epochs.length, 'epoch') : lossInfo(config.loss).label;

export function runLine(run: RunRecord): string {
  const { config, experiment } = run;
  return [
    ...[run.run, run.status, run.dataset, encoderNameOf(config), config.scope],
    epochsText(run),
    `validation AUC ${aucOf(validationAuc(run))}`,
    `test AUC ${aucOf(listedTestAuc(run))}`,
    ...(experiment === undefined ? [] : [`seed ${config.seed} of ${experiment}`]),
  ].join('\t');
}

const aucOf = (auc: ListedAuc | null): string => (auc ? listedAucText(auc) : '–');
