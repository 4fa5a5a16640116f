import { statSync } from 'node:fs';
import { defaultSource, type EmbeddingSource, isRunSource, sourceKey } from '../../../shared/embedding-source.ts';
import type { EmbeddingChoice } from '../../../shared/embeddings.ts';
import { parseEncoderName } from '../../../shared/encoder-name.ts';
import { backboneName, runNumber } from '../../../shared/run-words.ts';
import type { EmbeddingPorts } from './ports.ts';

/** The encoders on this computer and the finished runs of a data set: the default first, then encoders, then runs, newest first. */
export function choicesFor(ports: EmbeddingPorts, dataset: string): EmbeddingChoice[] {
  const known = ports.known();
  const encoders = known.filter(({ here }) => here).map(({ encoder, weights }): EmbeddingSource => ({ encoder, weights }));
  const runs = ports.runs.list().filter((run) => run.dataset === dataset && run.calibration !== null && ports.hasNetwork(run));
  const sources = [defaultSource(known), ...encoders, ...runs.map(({ run }): EmbeddingSource => ({ run }))];
  const byKey = new Map(sources.map((source) => [sourceKey(source), source]));
  return [...byKey.values()].map((source) => ({ source, name: nameOf(ports, source) }));
}

/** Throws AppError 'not-found' for an imported encoder that is not there. */
export function nameOf(ports: Pick<EmbeddingPorts, 'known' | 'imported'>, source: EmbeddingSource): string {
  if (isRunSource(source)) return `run ${runNumber(source.run)}`;
  const { backbone, beside, imported } = parseEncoderName(source.encoder);
  const base = imported === null ? backboneName(backbone) : ports.imported(imported).title;
  const others = ports.known().filter(({ encoder, here }) => here && encoder === source.encoder);
  const weights = others.length > 1 && source.weights !== null ? ` (${source.weights})` : '';
  return `${base}${weights}${beside === null ? '' : ` with ${backboneName('patches')}`}`;
}

/** Changes with the network of a source, without reading it. Throws AppError 'not-found' for an unknown run or imported encoder. */
export function stampOf(ports: Pick<EmbeddingPorts, 'runs' | 'imported'>, source: EmbeddingSource): string {
  if (isRunSource(source)) return `run ${ports.runs.get(source.run).modelSha256 ?? ''}`;
  const { imported } = parseEncoderName(source.encoder);
  if (imported !== null) return `onnx ${ports.imported(imported).sha256}`;
  const file = source.weights === null ? undefined : statSync(source.weights, { throwIfNoEntry: false });
  return file ? `file ${file.size} ${file.mtimeMs}` : `weights ${source.weights ?? ''}`;
}
