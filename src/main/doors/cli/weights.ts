import type { Command } from 'commander';
import { bytesText, countNoun } from '../../../shared/format.ts';
import type { ShelfModel } from '../../../shared/shelf.ts';
import { stateText } from '../../../shared/shelf-words.ts';
import { workspaceOption } from './data.ts';
import { addImportCommand } from './import-encoder.ts';
import { type Common, addCommonOptions, withServices } from './options.ts';
import { plainSpaces, print, ProgressLine } from './output.ts';

/** `weights`: the models of Settings → Models. */
export function addWeightsCommand(program: Command): void {
  const weights = addCommonOptions(
    program.command('weights').description('list the models that a training can start from: on this computer, and for download'),
  ).action(async ({ workspace, json }: Common) => {
    await withServices(workspaceOption(workspace), false, 'weights', (s) => {
      const list = s.shelf.list();
      print(Boolean(json), list, () => list.map(modelLine));
      return Promise.resolve();
    });
  });
  addCommonOptions(weights.command('fetch <id>').description('download weights; a stopped download continues')).action(
    async (id: string, _: unknown, command: Command) => {
      const { workspace, json } = command.optsWithGlobals<Common>();
      const model = await withServices(workspaceOption(workspace), true, `weights fetch ${id}`, async (s, signal) => {
        const line = new ProgressLine();
        const onProgress = ({ file, received, total }: { file: string; received: number; total: number | null }): void =>
          line.update(plainSpaces(`${file}: ${bytesText(received)}${total === null ? '' : ` of ${bytesText(total)}`}`));
        await s.weights.fetch(id, { signal, onProgress }).finally(() => line.end());
        return s.shelf.list().find((one) => one.id === id)!;
      });
      print(Boolean(json), model, () => [modelLine(model)]);
    },
  );
  addImportCommand(weights);
  addCommonOptions(
    weights.command('remove <id>').description('delete downloaded weights or an imported encoder (onnx:ID) from this computer'),
  ).action(async (id: string, _: unknown, command: Command) => {
    const { workspace, json } = command.optsWithGlobals<Common>();
    const model = await withServices(workspaceOption(workspace), true, `weights remove ${id}`, async ({ shelf }) => {
      const found = shelf.list().find((one) => one.id === id);
      await shelf.remove(id);
      return found;
    });
    print(Boolean(json), { removed: id }, () => [`Removed ${id}.${model?.usedBy.length ? ' Runs that started from it keep their networks.' : ''}`]);
  });
}

/** One line: id, backbone, state, licence, folder or host, number of runs that started from it. */
export function modelLine(model: ShelfModel): string {
  const { id, backbone, source, licence, folder, host, usedBy } = model;
  return [
    id,
    backbone,
    plainSpaces(stateText(model)),
    source === 'none' ? '–' : (licence ?? 'no licence stated'),
    folder ?? host ?? '–',
    ...(usedBy.length > 0 ? [`start of ${countNoun(usedBy.length, 'run')}`] : []),
  ].join('\t');
}
