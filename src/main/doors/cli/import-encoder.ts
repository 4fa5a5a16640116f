import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EncoderChoices } from '../../../shared/encoder-choices.ts';
import { OUTPUT_KINDS, PRESETS, TENSOR_LAYOUTS } from '../../../shared/encoder-forms.ts';
import { encoderSource } from '../../../shared/encoder-name.ts';
import { AppError } from '../../../shared/errors.ts';
import { encoderLines, inspectionLines } from '../../../shared/imported-encoder-words.ts';
import { bytesText } from '../../../shared/format.ts';
import { addWeightsFile, cannotBeAdded, isWeightsFile, type WeightsFileOptions } from './add-weights-file.ts';
import { workspaceOption } from './data.ts';
import { addCommonOptions, numberOption, parseRequest, resolveUserPath, withServices } from './options.ts';
import { plainSpaces, print, ProgressLine } from './output.ts';

/** `weights add`: an encoder from an ONNX file, or a weights file of a network that Twinlens has. */
export function addImportCommand(weights: Command): void {
  addCommonOptions(
    weights.command('add <path>').description('add an encoder from an .onnx file or a folder with one, or a weights file (.safetensors, model.json)'),
  )
    .option('--name <id>', 'the encoder is then onnx:ID (default: from the name of the file or folder)')
    .option('--title <text>', 'what lists call it')
    .option('--output <name>', 'the value that is its features: an output, or any value inside the graph')
    .addOption(new Option('--kind <kind>', 'what this value holds of an image').choices(OUTPUT_KINDS))
    .addOption(numberOption('--prefix-tokens <n>', 'tokens before those of the patches'))
    .addOption(new Option('--output-layout <layout>', 'axes of a map').choices(TENSOR_LAYOUTS))
    .addOption(new Option('--input-layout <layout>', 'axes of the images').choices(TENSOR_LAYOUTS))
    .addOption(numberOption('--size <px>', 'side of the images'))
    .addOption(new Option('--preset <name>', 'how pixels become input (default: as the files beside it state)').choices(PRESETS))
    .addOption(new Option('--mean <r,g,b>', 'mean of pixels from 0 to 1, with --std in place of a preset').argParser(triple))
    .addOption(new Option('--std <r,g,b>', 'standard deviation of pixels from 0 to 1').argParser(triple))
    .option('--backbone <name>', 'the network of a weights file (default: by the names and shapes in it)')
    .option('--licence <text>', 'its licence (default: as the files beside it state)')
    .option('--check', 'only say what was found')
    .action(async (path: string, _: unknown, command: Command) => {
      const typed = command.optsWithGlobals<WeightsFileOptions & { name?: string }>();
      if (isWeightsFile(path)) return addWeightsFile(path, typed);
      const { workspace, json, check = false, name, ...rest } = typed;
      const choices = await parseChoices({ ...rest, ...(name === undefined ? {} : { name }) });
      const request = { path: resolveUserPath(path), choices };
      const line = new ProgressLine();
      await withServices(workspaceOption(workspace), !check, `weights add ${path}`, async (s, signal) => {
        line.update('Trying the model');
        if (check) {
          const { picture: _picture, ...found } = await s.encoders.inspect(request, signal).finally(() => line.end());
          print(Boolean(json), found, () => inspectionLines(found).map(plainSpaces));
          if (found.problems.length > 0) throw cannotBeAdded(path);
          return;
        }
        const onProgress = ({ done, total }: { done: number; total: number }): void =>
          line.update(plainSpaces(`Copying the model: ${bytesText(done)} of ${bytesText(total)}`));
        const encoder = await s.encoders.add(request, { signal, onProgress }).finally(() => line.end());
        print(Boolean(json), encoder, () => [`Added ${encoderSource(encoder.id)}`, ...encoderLines(encoder).map(plainSpaces)]);
      });
    });
}

/** Errors name the options as they are typed. */
async function parseChoices(typed: Readonly<Record<string, unknown>>): Promise<EncoderChoices> {
  if (typed['backbone'] !== undefined)
    throw new AppError('usage', '--backbone is for a weights file: name that file (.safetensors or model.json), not its folder.', {
      flags: ['--backbone <name>'],
    });
  const { EncoderChoices: schema } = await import('../../../shared/encoder-choices.ts'); // on demand: it loads zod
  const named = schema.omit({ id: true }).extend({ name: schema.shape.id });
  const { name, ...parsed } = await parseRequest(() => named, typed);
  return { ...parsed, ...(name === undefined ? {} : { id: name }) };
}

/** "0.5,0.5,0.5", or one number for all three channels. */
function triple(text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (![1, 3].includes(values.length) || values.some((value) => !Number.isFinite(value))) {
    throw new InvalidArgumentError('It must be one number, or three with commas between them.');
  }
  return values.length === 3 ? values : [values[0]!, values[0]!, values[0]!];
}
