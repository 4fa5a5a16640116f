import {
  type ComparedEncoder,
  type EncoderChoice,
  type EncoderComparison,
  type EncoderComparisonRow,
  type MissingEncoder,
  type Way,
  WAYS,
} from '../../../shared/encoder-comparison.ts';
import { encoderSource, parseEncoderName } from '../../../shared/encoder-name.ts';
import { parseEncoderChoice, trainingChoices } from '../../../shared/known-encoders.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { type PairRelation, relationKey } from '../../../shared/pair-relation.ts';
import type { DeviceName, EngineName, RunConfig } from '../../../shared/run.ts';
import type { ScoredEncoder } from '../../compute/protocol/encoder-comparison.ts';
import type { Candidate } from '../../domain/compare-encoders/compare-encoders.ts';
import { assertEvaluable } from '../../domain/evaluate/check.ts';
import { unitsOfPairs } from '../../domain/evaluate/units.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { log } from '../../foundation/log/log.ts';
import type { EncoderPorts, EncoderRows } from './ports.ts';

export interface ComparisonRequest {
  dataset: string; // id or name
  relation: PairRelation;
  encoders: readonly string[] | null; // as parseEncoderChoice reads them; null: every encoder on this computer
  engine: EngineName;
  device: DeviceName;
}

export interface ComparisonOptions {
  signal: AbortSignal;
  onProgress?: ((p: EncoderProgress) => void) | undefined;
}

/** `encoder` is the `position`-th of `count`, from 1; null while all are ranked. done, total: images that were not cached, or resamples. */
export interface EncoderProgress {
  encoder: string | null;
  position: number;
  count: number;
  done: number;
  total: number;
}

interface Scored {
  choice: EncoderChoice;
  config: RunConfig | null;
  scored: ScoredEncoder | null;
  diskBytes: number | null; // of its files; null: it has none
  problem: string | null;
}

/** Compares encoders on the validation pairs of data sets, before a training. */
export class EncoderComparisons {
  private readonly ports: EncoderPorts;

  constructor(ports: EncoderPorts) {
    this.ports = ports;
  }

  /** The newest of a data set and a meaning of "same"; null before the first. Throws AppError 'not-found' for an unknown data set. */
  latest(idOrName: string, relation: PairRelation): EncoderComparisonRow | null {
    const { dataset, snapshot } = this.ports.datasets.get(idOrName);
    const found = this.ports.comparisons.list(dataset).find((one) => relationKey(one.relation) === relationKey(relation));
    return found ? { ...found, stale: found.snapshot !== snapshot } : null;
  }

  /**
   * Compares and stores. An encoder that fails has a row with the reason. Features are cached one encoder after the other, so a comparison that
   * was cancelled continues where it stopped; nothing is stored then. Throws AppError 'bad-request' for an unknown encoder, 'bad-dataset' without
   * validation pairs of both labels, 'cancelled'.
   */
  async compare(request: ComparisonRequest, { signal, onProgress }: ComparisonOptions): Promise<EncoderComparison> {
    const began = performance.now();
    const { dataset } = this.ports.datasets.get(request.dataset);
    const choices = this.choicesOf(request.encoders);
    if (request.relation.same === 'pairs' && request.relation.list === null)
      throw new AppError('bad-request', 'Choose a file of pairs.', { field: 'pairs', flags: ['--pairs <file>'] });
    const rows = await this.ports.rows(dataset, request.relation);
    assertPairs(rows);
    const found: Scored[] = [];
    for (const [i, choice] of choices.entries()) {
      const step = { encoder: choice.encoder, position: i + 1, count: choices.length };
      onProgress?.({ ...step, done: 0, total: 0 });
      found.push(await this.score({ ...request, dataset }, rows, choice, { signal, onProgress: (p) => onProgress?.({ ...step, ...p }) }));
    }
    const ranked = await this.rank(found, rows, request.relation, { signal, onProgress });
    const pairs = unpackPairs(rows.validPairs);
    const different = pairs.filter(({ label }) => label === 1).length;
    const { over, count } = unitsOfPairs(pairs, rows.images.ids, rows.units);
    const inSplit = (name: 'train' | 'valid'): number => rows.images.splits.filter((split) => SPLITS[split] === name).length;
    return this.ports.comparisons.add({
      dataset,
      snapshot: rows.snapshot,
      relation: request.relation,
      pairSet: rows.pairSet,
      pairs: { same: pairs.length - different, different },
      ...{ over, units: count },
      images: { train: inSplit('train'), valid: inSplit('valid') },
      engine: request.engine,
      device: request.device,
      ...ranked,
      missing: this.missing(choices),
      seconds: (performance.now() - began) / 1000,
    });
  }

  private missing(choices: readonly EncoderChoice[]): MissingEncoder[] {
    const compared = new Set(choices.map(({ encoder }) => encoder));
    return this.ports
      .known()
      .flatMap(({ encoder, weights, here, bytes }) => (here || weights === null || compared.has(encoder) ? [] : [{ encoder, weights, bytes }]));
  }

  /** Throws AppError 'bad-request'. */
  private choicesOf(typed: readonly string[] | null): EncoderChoice[] {
    const known = this.ports.known();
    const all = typed === null ? known.filter(({ here }) => here) : typed.map((text) => parseEncoderChoice(text, known));
    const choices = [...new Map(all.map(({ encoder, weights }) => [JSON.stringify([encoder, weights]), { encoder, weights }])).values()];
    if (choices.length > 0) return choices;
    throw new AppError('bad-request', 'There is no encoder to compare. Name some, or download weights first.', { flags: ['--encoders <list>'] });
  }

  private async score(
    { dataset, relation, engine, device }: ComparisonRequest,
    { images, validPairs }: EncoderRows,
    choice: EncoderChoice,
    { signal, onProgress }: { signal: AbortSignal; onProgress: (p: { done: number; total: number }) => void },
  ): Promise<Scored> {
    const { compute, caches, datasets, networkFor, encoderFolder } = this.ports;
    try {
      const { same, negatives, list } = relation;
      const meaning = { same, negatives, ...(list !== null && { pairs: list }) };
      const { config, weightsPath } = await networkFor({ dataset, ...meaning, ...trainingChoices(choice), engine, device }, signal);
      const model = { config, encoderFolder: config.encoder && encoderFolder(config.encoder.id) };
      const request = { ...model, weightsPath, caches, root: datasets.header(dataset).root, images, pairs: validPairs, probe: same === 'class' };
      const scored = await compute.ask('scoreEncoder', request, { signal, onProgress });
      const diskBytes = weightsPath === null ? this.bytesOnShelf(choice) : this.ports.weightsBytes(weightsPath);
      return { choice, config, scored, diskBytes, problem: scored.probe && 'problem' in scored.probe ? scored.probe.problem : null };
    } catch (error) {
      const { code, message } = asAppError(error);
      if (code === 'cancelled' || code === 'internal' || code === 'disk-full') throw error;
      log().warn({ ...choice, error: message }, 'encoder not compared');
      return { choice, config: null, scored: null, diskBytes: null, problem: message };
    }
  }

  /** Of an imported encoder; null for all others. */
  private bytesOnShelf({ encoder }: EncoderChoice): number | null {
    const { imported } = parseEncoderName(encoder);
    const name = imported === null ? null : encoderSource(imported);
    return this.ports.known().find((one) => one.encoder === name)?.bytes ?? null;
  }

  private async rank(
    found: readonly Scored[],
    { images, units, validPairs }: EncoderRows,
    { same }: PairRelation,
    { signal, onProgress }: ComparisonOptions,
  ): Promise<Pick<EncoderComparison, 'encoders' | 'best' | 'comparisons'>> {
    const entries = found.flatMap(({ scored }, position) =>
      WAYS.flatMap((way): { position: number; way: Way; candidate: Candidate }[] => {
        const candidate = scored?.[way] ?? null;
        return candidate === null || 'problem' in candidate ? [] : [{ position, way, candidate }];
      }),
    );
    const count = found.length;
    const ranking =
      entries.length === 0
        ? { figures: [], best: -1 }
        : await this.ports.compute.ask(
            'rankEncoders',
            { candidates: entries.map(({ candidate }) => candidate), images, units, pairs: validPairs, same },
            { signal, onProgress: (p) => onProgress?.({ encoder: null, position: count, count, ...p }) },
          );
    const encoders = found.map(({ choice, config, scored, diskBytes, problem }, position): ComparedEncoder => {
      const figuresOf = (way: Way) => ranking.figures[entries.findIndex((one) => one.position === position && one.way === way)] ?? null;
      return {
        ...choice,
        weightsSha256: config?.weights?.sha256 ?? null,
        size: config?.size ?? null,
        licence: config?.weights?.licence ?? null,
        bytes: diskBytes ?? scored?.bytes ?? null,
        onDisk: diskBytes !== null,
        channels: scored?.channels ?? null,
        time: scored?.time ?? null,
        figures: { plain: figuresOf('plain'), probe: figuresOf('probe') },
        problem,
      };
    });
    const top = entries[ranking.best];
    return { encoders, best: top ? { position: top.position, way: top.way } : null, comparisons: Math.max(0, entries.length - 1) };
  }
}

/** Throws AppError 'bad-dataset' without validation pairs of both labels. */
function assertPairs({ validPairs }: EncoderRows): void {
  const labels = unpackPairs(validPairs).map(({ label }) => label);
  assertEvaluable(new Float64Array(labels.length), labels, 'valid');
}
