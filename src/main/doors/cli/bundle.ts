import type { Command } from 'commander';
import { BUNDLE_EXTENSION, bundleLines } from '../../../shared/bundle.ts';
import { countNoun, countText } from '../../../shared/format.ts';
import { workspaceOption } from './data.ts';
import { addCommonOptions, type Common, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print, ProgressLine } from './output.ts';

/** `bundle` and `open-bundle`: a data set with all that was made of it, as one file. */
export function addBundleCommands(program: Command): void {
  addCommonOptions(
    program
      .command('bundle <dataset>')
      .description('save a data set with its edits, networks, saved comparisons and reports as one file, for another computer'),
  )
    .requiredOption('--out <file>', `the file to write, such as flowers.${BUNDLE_EXTENSION}`, resolveUserPath)
    .option('--images', 'with the images, excluded ones too; without them the other computer needs the same folder')
    .option('--force', 'replace the file')
    .action(
      async (
        dataset: string,
        { workspace, json, out, images = false, force = false }: Common & { out: string; images?: boolean; force?: boolean },
      ) => {
        const contents = await withServices(workspaceOption(workspace), false, `bundle ${dataset}`, (s, signal) => {
          s.outputs.check(out, { replace: force });
          const line = new ProgressLine();
          const onProgress = (done: number, total: number): void => line.update(`Saving files: ${countText(done)} of ${countText(total)}`);
          return s.bundles.save({ dataset, out, images }, { signal, onProgress }).finally(() => line.end());
        });
        print(Boolean(json), { ...contents, file: out, hasImages: images }, () => [
          `Saved ${out}`,
          ...bundleLines({ ...contents, hasImages: images }).map(plainSpaces),
        ]);
      },
    );

  addCommonOptions(program.command('open-bundle <file>').description('add the data set of a project bundle to the workspace'))
    .option(
      '--images-folder <folder>',
      'a new or empty folder for its images (default: in the workspace); of a bundle without images: the folder that has them',
      resolveUserPath,
    )
    .option('--check', 'only say what it has')
    .action(async (typed: string, { workspace, json, imagesFolder, check = false }: Common & { imagesFolder?: string; check?: boolean }) => {
      const file = resolveUserPath(typed);
      await withServices(workspaceOption(workspace), !check, `open-bundle ${typed}`, async (s, signal) => {
        const info = s.bundles.inspect(file);
        if (check) {
          print(Boolean(json), info, () => [`${info.name}, saved by Twinlens ${info.version}`, ...bundleLines(info).map(plainSpaces)]);
          return;
        }
        const line = new ProgressLine();
        const onProgress = (done: number, total: number): void => line.update(`Copying files: ${countText(done)} of ${countText(total)}`);
        const opened = await s.bundles.open({ file, imagesFolder }, { signal, onProgress }).finally(() => line.end());
        print(Boolean(json), opened, () => [
          `Data set ${opened.dataset}: ${countNoun(info.images, 'image')}, ${countNoun(opened.runs, 'run')}, ${countNoun(opened.comparisons, 'comparison')}, ${countNoun(opened.reports, 'report')}`,
        ]);
      });
    });
}
