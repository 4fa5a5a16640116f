import { type Command, Option } from 'commander';
import { extname } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { countNoun, countText } from '../../../shared/format.ts';
import { TABLE_FORMATS, TABLE_NAMES, TABLES, type TableName, type TablePlan } from '../../../shared/tables.ts';
import { workspaceOption } from './data.ts';
import { addCommonOptions, type Common, resolveUserPath, withServices, withUserPath } from './options.ts';
import { sourceOf, type SourceOptions } from './source-options.ts';
import { print, ProgressLine } from './output.ts';

interface ExportOptions extends Common, SourceOptions {
  out: string;
  split: 'test' | 'valid';
  force?: boolean;
}

/** `export-table` and `import-table`: tables for other programs, and classes and tags from them. */
export function addTableCommands(program: Command): void {
  const list = TABLE_NAMES.map((name) => `${name} (${TABLES[name].title.toLowerCase()})`).join(', ');
  addCommonOptions(program.command('export-table <dataset> <table>').description(`write a table for other programs: ${list}`))
    .requiredOption('--out <file>', 'a .csv or .parquet file', resolveUserPath)
    .option('--run <run>', 'the run of the table scores, or whose embeddings are written')
    .option('--encoder <name>', 'whose embeddings or neighbours are written (default: as of embed)', withUserPath)
    .addOption(new Option('--split <split>', 'the pairs of the table scores').choices(['test', 'valid']).default('test'))
    .option('--force', 'replace the file')
    .action(async (dataset: string, table: string, { workspace, json, out, run, encoder, split, force = false }: ExportOptions) => {
      const name = TABLE_NAMES.find((one) => one === table);
      if (name === undefined) throw new AppError('usage', `There is no table ${table}: choose one of ${TABLE_NAMES.join(', ')}.`);
      const format = TABLE_FORMATS.find((one) => extname(out).toLowerCase() === `.${one}`);
      if (format === undefined) throw new AppError('usage', 'The name of the file must end in .csv or .parquet.', { flags: ['--out <file>'] });
      await withServices(workspaceOption(workspace), true, `export-table ${dataset}`, async (s, signal) => {
        s.outputs.check(out, { replace: force });
        const line = new ProgressLine();
        const onProgress = ({ done, total }: { done: number; total: number }): void =>
          line.update(`Reading images: ${countText(done)} of ${countText(total)}`);
        await s.tables
          .export(
            {
              dataset,
              table: name satisfies TableName,
              format,
              split,
              out,
              ...(run !== undefined && TABLES[name].needs === 'run' && { run }),
              ...(TABLES[name].needs === 'source' && {
                source: sourceOf(s, { ...(encoder !== undefined && { encoder }), ...(run !== undefined && { run }) }),
              }),
            },
            { signal, onProgress },
          )
          .finally(() => line.end());
      });
      print(Boolean(json), { file: out, table: name, columns: TABLES[name].columns }, () => [`Saved ${out}`]);
    });

  addCommonOptions(
    program
      .command('import-table <dataset> <file>')
      .description('relabel and tag images as a .csv or .parquet file says, which has the columns file or sha256, and class or tags'),
  )
    .option('--check', 'only say what would change')
    .action(async (dataset: string, typed: string, { workspace, json, check = false }: Common & { check?: boolean }) => {
      const file = resolveUserPath(typed);
      await withServices(workspaceOption(workspace), !check, `import-table ${dataset}`, async (s, signal) => {
        const plan = check ? await s.tables.plan(dataset, file) : await s.tables.apply(dataset, file, { signal });
        print(Boolean(json), plan, () => planLines(plan, check));
      });
    });
}

const planLines = (plan: TablePlan, check: boolean): string[] => [
  `${countNoun(plan.rows, 'row')}, matched by ${plan.key === 'sha256' ? 'the SHA-256 of the images' : 'file'}: ${countNoun(plan.images, 'image')}`,
  ...(plan.unknownRows > 0
    ? [
        `${countNoun(plan.unknownRows, 'row')} without an image in the data set: ${plan.unknown.slice(0, 5).join(', ')}${plan.unknownRows > 5 ? ', …' : ''}`,
      ]
    : []),
  ...plan.classes.map(({ className, images }) => `${check ? 'Would relabel' : 'Relabelled'} ${countNoun(images, 'image')} as ${className}`),
  ...plan.tags.map(({ tag, images }) => `${check ? 'Would tag' : 'Tagged'} ${countNoun(images, 'image')}: ${tag}`),
  ...(plan.classes.length + plan.tags.length === 0 ? ['Nothing to change.'] : check ? [] : ['The Images page can undo it.']),
];
