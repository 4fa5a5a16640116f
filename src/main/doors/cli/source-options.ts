import { type Command, Option } from 'commander';
import { defaultSource, type EmbeddingSource } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import { knownEncoders, parseEncoderChoice } from '../../../shared/known-encoders.ts';
import type { Services } from '../../services.ts';
import { withUserPath } from './options.ts';

export interface SourceOptions {
  encoder?: string;
  run?: string;
}

export const addSourceOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--encoder <name>',
        'the encoder: NAME, patches+NAME, onnx:ID or NAME=WEIGHTS (default: the strongest on this computer, else patches)',
      ).argParser(withUserPath),
    )
    .option('--run <run>', 'the embedding of a finished run instead, with its threshold and verdicts');

/** Throws AppError 'usage' for both, 'bad-request' for an unknown encoder. */
export function sourceOf({ shelf }: Pick<Services, 'shelf'>, { encoder, run }: SourceOptions): EmbeddingSource {
  if (encoder !== undefined && run !== undefined) throw new AppError('usage', 'Name an encoder or a run, not both.');
  if (run !== undefined) return { run };
  const known = knownEncoders(shelf.list());
  return encoder === undefined ? defaultSource(known) : parseEncoderChoice(encoder, known);
}
