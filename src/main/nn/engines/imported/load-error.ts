import { AppError } from '../../../../shared/errors.ts';

const EXPORT_AGAIN = 'Export the model with other operators or an opset that it knows';

/** Messages of onnxruntime 1.30 and what they mean, first match first. */
const REASONS: readonly [RegExp, (match: RegExpExecArray) => string][] = [
  [
    /Opset (\d+) is under development|domain ([^\s]*) is till opset (\d+)/i,
    ([, opset, , latest]) =>
      `The model needs ${opset ? `opset ${opset}` : `an opset above ${latest}`}, which this version of onnxruntime does not know. ${EXPORT_AGAIN}.`,
  ],
  [
    /Unsupported model IR version: (\d+), max supported IR version: (\d+)/i,
    ([, version, latest]) =>
      `The model has version ${version} of the ONNX format, and this version of onnxruntime knows up to ${latest}. Export it again with an older one.`,
  ],
  [
    /(?:Could not find an implementation for|NOT_IMPLEMENTED[^:]*: *)\s*([\w.:]+)\((\d+)\)/i,
    ([, op, version]) =>
      `The model uses the operator ${op} (version ${version}) with a type of numbers for which onnxruntime has no implementation on this device. ${EXPORT_AGAIN}.`,
  ],
  [
    /No Op registered for (\S+) with domain_version of (\d+)/i,
    ([, op, opset]) => `The model uses the operator ${op}, which is unknown in opset ${opset}. ${EXPORT_AGAIN}.`,
  ],
  [
    /(?:Fatal error: )?([\w.]+:[\w.]+)\(-?\d+\) is not a registered function\/op/i,
    ([, op]) => `The model uses the operator ${op}, which onnxruntime does not know. ${EXPORT_AGAIN}.`,
  ],
  [
    /Protobuf parsing failed|Failed to load model because protobuf/i,
    () => 'The file is damaged, or it is not an ONNX file. Download or export it again.',
  ],
  [
    /external|cannot get file size|weights? (file|path)|out of bounds or can not be read in full/i,
    () => 'The external data of the model are missing or too short. Put the files that belong to it into the same folder.',
  ],
  [
    /bad_alloc|failed to allocate|out of memory/i,
    () => 'There is not enough memory for this model on this computer. Choose a smaller model or image size.',
  ],
];

/** A message in one line without control characters and paths of the build, at most 200 characters. */
const shorten = (message: string): string =>
  message
    .replace(/^.*?(?:ErrorMessage|RuntimeException|FAIL|INVALID_ARGUMENT)\s*:\s*/is, '')
    .replace(/^Load model from .*? failed:\s*/s, '')
    .replaceAll(/\/\S*onnxruntime\/\S+ /g, '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .replace(/[. ]+$/, '');

/** An error of onnxruntime about a model that a person brought, in her words; `details.detail` has the engine's message. */
export function explainModelError(error: unknown, what: 'open' | 'run'): AppError {
  if (error instanceof AppError) return error;
  const detail = String(error instanceof Error ? error.message : error);
  for (const [pattern, sentence] of REASONS) {
    const match = pattern.exec(detail);
    if (match) return new AppError('bad-weights', sentence(match), { detail }, error);
  }
  return new AppError('bad-weights', `onnxruntime can’t ${what} this model: ${shorten(detail)}.`, { detail }, error);
}
