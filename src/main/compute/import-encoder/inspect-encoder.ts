import { rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { EncoderChoices } from '../../../shared/encoder-choices.ts';
import { ENCODER_ID, PREPROCESSING_PRESETS, type PreprocessingPreset } from '../../../shared/encoder-forms.ts';
import type { EncoderDraft, EncoderInspection, OutputCandidate } from '../../../shared/encoder-inspection.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Preprocessing } from '../../../shared/run.ts';
import { isComputed } from '../../nn/engines/imported/extract.ts';
import { inferShapes } from '../../nn/engines/imported/infer-shapes.ts';
import { type OnnxFile, readOnnxFile } from '../../nn/engines/imported/onnx-file.ts';
import { declaredShapes, openImported } from '../../nn/engines/imported/session.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { normalisedBatch } from '../images/batches.ts';
import type { CallContext } from '../protocol/protocol.ts';
import type { InspectEncoderRequest } from '../protocol/encoders.ts';
import { compareVariants } from './compare-variants.ts';
import { extractToScratch } from './copy-model.ts';
import { type DescribedInput, describeInput, inputText } from './describe-input.ts';
import { externalFiles, findModel, type ModelFiles } from './model-files.ts';
import { outputCandidates, proposedOutput } from './output-candidates.ts';
import { type StatedFacts, statedFacts } from './stated-facts.ts';
import { networkPicture, trialPixels } from './trial-images.ts';
import { sizesOf, runTrial } from './run-trial.ts';

const MOST_LISTED = 50; // inputs, and other files
const LONGEST_TEXT = 600; // characters of a sentence
const LARGEST_FILE = 2 ** 31 - 1; // bytes: a protocol-buffer message can't be longer

/**
 * Reads a model, finds out how it takes images and which output can be features, and tries it. Problems with the model are in the result:
 * it has no draft then. Throws AppError 'not-found' for a missing path, and 'cancelled'.
 */
export async function inspectEncoder(request: InspectEncoderRequest, { signal }: CallContext<'inspectEncoder'>): Promise<EncoderInspection> {
  const files = findModel(request.path);
  const found: EncoderInspection = {
    ...{ path: files.path, others: files.others, bytes: statSync(files.path).size, made: '', inputs: [], outputs: [] },
    ...{ draft: null, preprocessingFrom: '', picture: null, range: null, problems: [], notes: [] },
  };
  try {
    await inspectInto(found, files, request, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bad-weights') throw error;
    found.problems.push(error.message);
  }
  const { others, made, inputs, problems, notes } = found;
  return {
    ...found,
    made: oneLine(made),
    others: others.slice(0, MOST_LISTED),
    ...{ inputs: inputs.slice(0, MOST_LISTED).map(oneLine), problems: problems.map(oneLine), notes: notes.map(oneLine) },
  };
}

/** Names in a file are texts of any length with any character. Replaces line breaks, control characters and those that change the direction of text. */
const oneLine = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, '�').slice(0, LONGEST_TEXT);

async function inspectInto(
  found: EncoderInspection,
  files: ModelFiles,
  { choices, images }: InspectEncoderRequest,
  signal: AbortSignal,
): Promise<void> {
  if (found.bytes > LARGEST_FILE)
    throw new AppError('bad-weights', 'The file has more than 2 GB, which no ONNX file can have. Export it with its weights in a file beside it.');
  const model = readOnnxFile(files.path);
  const opset = model.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  found.made = [model.producer, opset === undefined ? '' : `opset ${opset}`].filter(Boolean).join(', ');
  found.inputs = model.inputs.map(inputText);
  const external = externalFiles(model);
  found.bytes += external.reduce((sum, name) => sum + statSync(join(files.folder, name)).size, 0);
  const stated = statedFacts(files, model.metadata);
  found.notes.push(...stated.notes);
  const described = describeInput(model, stated, choices);
  const chosen = preprocessingOf(described, stated, choices);
  found.preprocessingFrom = chosen.from;
  const pixels = await trialPixels(images, described.size);
  Object.assign(found, await networkPicture(pixels[0]!, described.size, chosen.value));
  throwIfCancelled(signal);

  found.outputs = await candidatesOf(model, described, found.notes);
  const output = outputOf(model, found.outputs, choices);
  const draft = draftOf(files, described, { stated, choices, output, preprocessing: chosen.value });
  throwIfCancelled(signal);

  const isInner = !model.outputs.some(({ name }) => name === output.name);
  const folder = isInner ? await extractToScratch({ model, external, output: output.name, file: draft.file, signal }) : dirname(files.path);
  try {
    const session = await openImported({ ...draft, batch: described.fixedBatch === 1 ? 'one' : 'any' }, folder);
    try {
      const batches = pixels.map((image) => normalisedBatch([image], chosen.value));
      const trial = await runTrial(session, { ...draft, batch: described.fixedBatch === 1 ? 'one' : 'any' }, batches, described.size);
      const { channels } = await session.shapeAt(described.size);
      throwIfCancelled(signal);
      const sizes = draft.input.size === null ? await sizesOf(session, described.size, draft.input.multiple) : draft.input;
      found.notes.push(...trial.notes);
      if (draft.input.size === null && sizes.size !== null) found.notes.push(`It reads only images of ${sizes.size} px, although it states no size.`);
      found.draft = { ...draft, batch: trial.batch, channels, input: { ...draft.input, size: sizes.size, multiple: sizes.multiple } };
      found.notes.push(...(await compareVariants(files, found.draft, { model, batches, choices, signal })));
    } finally {
      await session.close();
    }
  } finally {
    if (isInner) rmSync(folder, { recursive: true, force: true });
  }
}

function preprocessingOf(
  { input }: DescribedInput,
  stated: StatedFacts,
  { mean, std, preset }: EncoderChoices,
): { value: Preprocessing; from: string } {
  if ((mean === undefined) !== (std === undefined))
    throw new AppError('bad-request', 'Give both the mean and the standard deviation, or neither.', { flags: ['--mean', '--std'] });
  if (mean && preset)
    throw new AppError('bad-request', 'Choose a preset, or the mean and the standard deviation, not both.', {
      flags: ['--preset', '--mean', '--std'],
    });
  if (mean && std) return { value: { mean, std }, from: 'your choice' };
  const presetValue = (name: PreprocessingPreset): Preprocessing => {
    const { mean: m, std: s } = PREPROCESSING_PRESETS[name];
    return { mean: [...m], std: [...s] };
  };
  if (preset) return { value: presetValue(preset), from: 'your choice' };
  if (input.type === 'uint8') return { value: presetValue('bytes'), from: 'the type of its input: bytes 0 to 255' };
  return stated.preprocessing ?? { value: presetValue('imagenet'), from: 'assumed, as no file beside it says it: ImageNet' };
}

/** Where shapes can't be inferred, which needs none of the weights, the model is run. */
async function candidatesOf(model: OnnxFile, { input, size, fixedBatch }: DescribedInput, notes: string[]): Promise<OutputCandidate[]> {
  const batch = fixedBatch ?? 2;
  if (batch > 2) throw new AppError('bad-weights', `The model reads exactly ${batch} images at a time. Export it for any number, or for one.`);
  const { layout } = input;
  const shape = { batch, size, layout, patch: input.multiple > 1 ? input.multiple : null };
  try {
    return outputCandidates(model, await inferShapes(model, shape), shape);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const candidates = outputCandidates(model, await declaredShapes(model.path, input, shape), shape);
    notes.push(`Values inside the graph can’t be listed. ${error.message}`);
    return candidates;
  }
}

function outputOf(model: OnnxFile, candidates: readonly OutputCandidate[], choices: EncoderChoices): EncoderDraft['output'] {
  const named = choices.output === undefined ? proposedOutput(candidates) : (candidates.find(({ name }) => name === choices.output) ?? null);
  const name = choices.output ?? named?.name ?? model.outputs[0]?.name ?? '';
  if (!isComputed(model, name))
    throw new AppError(
      'bad-weights',
      `The model computes no value named ${name}. Its outputs: ${model.outputs.map((output) => output.name).join(', ')}.`,
    );
  const kind = choices.kind ?? named?.kind;
  if (kind === undefined) {
    const text = model.outputs.map(inputText).join('; ');
    throw new AppError('bad-weights', `No output is a vector, tokens or a map of each image. Its outputs: ${text}. Choose a value inside the graph.`);
  }
  return {
    name,
    kind,
    layout: choices.outputLayout ?? named?.layout ?? 'NCHW',
    prefixTokens: kind === 'tokens' ? (choices.prefixTokens ?? named?.prefixTokens ?? 0) : 0,
  };
}

interface Found {
  stated: StatedFacts;
  choices: EncoderChoices;
  output: EncoderDraft['output'];
  preprocessing: Preprocessing;
}

const draftOf = (files: ModelFiles, { input, size }: DescribedInput, { stated, choices, output, preprocessing }: Found): EncoderDraft => ({
  id: choices.id ?? idFrom(choices.title ?? files.name),
  title: choices.title ?? oneLine(files.name).slice(0, 200),
  file: basename(files.path),
  input,
  output,
  channels: 1, // set after the trial
  defaultSize: size,
  preprocessing,
  resampling: stated.resampling ?? null,
  batch: 'any',
  licence: choices.licence ?? stated.licence ?? null,
});

/** An id from a name. */
function idFrom(name: string): string {
  const id = name
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '') // accents
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  return ENCODER_ID.test(id) ? id : ['encoder', id].filter(Boolean).join('-').slice(0, 64);
}
