import type { Command } from 'commander';
import { countNoun, countText } from '../../../shared/format.ts';
import { QUALITY_FLAGS, type ImageFlag } from '../../../shared/quality.ts';
import { FLAG_WORDS, flagFact } from '../../../shared/quality-words.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { workspaceOption } from './data.ts';
import { addCommonOptions, type Common, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print, ProgressLine } from './output.ts';

const SHOWN = 20; // images of each flag

/** `quality`: measures the images of a data set, and lists those with a quality flag. */
export function addQualityCommand(program: Command): void {
  addCommonOptions(
    program
      .command('quality <dataset>')
      .description('list images that are blurred, dark, bright, tiny, of an odd shape, without colour or nearly empty'),
  )
    .option('--out <file>', 'a CSV file with the numbers and flags of all images', resolveUserPath)
    .option('--force', 'replace the file')
    .action(async (dataset: string, { workspace, json, out, force = false }: Common & { out?: string; force?: boolean }) => {
      const report = await withServices(workspaceOption(workspace), true, `quality ${dataset}`, async (s, signal) => {
        if (out !== undefined) s.outputs.check(out, { replace: force });
        const line = new ProgressLine();
        const onProgress = ({ done, total }: { done: number; total: number }): void =>
          line.update(`Measuring images: ${countText(done)} of ${countText(total)}`);
        const unreadable = await s.wholeSet.quality.measure(dataset, { signal, onProgress }).finally(() => line.end());
        const found = await s.wholeSet.quality.report(dataset);
        if (out !== undefined) await writeFileAtomically(out, found.csv);
        return { flagged: found.flagged, images: found.images, unreadable };
      });
      print(Boolean(json), report, () => [...lines(report), ...(out === undefined ? [] : [`Saved ${out}`])].map(plainSpaces));
    });
}

function lines({
  flagged,
  images,
  unreadable,
}: {
  flagged: { file: string; flags: ImageFlag[] }[];
  images: number;
  unreadable: { file: string; reason: string }[];
}): string[] {
  const byFlag = QUALITY_FLAGS.flatMap((flag) => {
    const found = flagged.flatMap(({ file, flags }) => flags.filter((one) => one.flag === flag).map((one) => ({ file, one })));
    if (found.length === 0) return [];
    return [
      `${countNoun(found.length, 'image')}: ${FLAG_WORDS[flag].name}`,
      ...found.slice(0, SHOWN).map(({ file, one }) => `  ${file}: ${flagFact(one)}`),
      ...(found.length > SHOWN ? [`  and ${countText(found.length - SHOWN)} more`] : []),
    ];
  });
  return [
    `${countNoun(flagged.length, 'image')} of ${countText(images)} with a quality flag${unreadable.length > 0 ? `; ${countText(unreadable.length)} could not be measured` : ''}`,
    ...byFlag,
    ...unreadable.map(({ file, reason }) => `Not measured: ${file}: ${reason}`),
  ];
}
