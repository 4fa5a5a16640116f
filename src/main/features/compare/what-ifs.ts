import { similarityOf } from '../../../shared/calibration.ts';
import type { Comparison } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import type { PairAnswer, Stroke, WhatIf, WhatIfAnswer, WhatIfResult, WhatIfs } from '../../../shared/what-if.ts';
import type { EmbeddedType, WhatIfDistances, WhatIfImage } from '../../compute/protocol/protocol.ts';
import { verdictOf } from '../../domain/evaluate/threshold.ts';
import { networkProblem } from './network-problem.ts';
import type { ComparePorts } from './ports.ts';

/** An edit as it is saved: without `edit`, its id, a new one. */
export interface SaveWhatIf {
  comparison: string;
  edit?: string | undefined;
  strokes: readonly Stroke[];
  note?: string | undefined; // default: as stored, '' for a new one
}

/** What-if edits of comparisons: what the network answers to them, and storing them. */
export class WhatIfService {
  private readonly ports: ComparePorts;

  constructor(ports: ComparePorts) {
    this.ports = ports;
  }

  /**
   * What the network answers to the edited pair. Throws AppError 'not-found' for an unknown comparison, a deleted network or missing images,
   * 'bad-request' if the run has another network now, 'bad-image' or 'cancelled'.
   */
  async answer(comparison: string, strokes: readonly Stroke[], signal?: AbortSignal): Promise<WhatIfAnswer> {
    const { layers, ...result } = await this.compute(comparison, strokes, { withLayers: true, signal });
    const base64 = (png: Uint8Array | null): string | null => png && Buffer.from(png).toString('base64');
    return { ...result, layers: [base64(layers[0]), base64(layers[1])] };
  }

  /** Throws AppError 'not-found' for an unknown comparison. */
  list(comparison: string): WhatIfs {
    this.ports.comparisons.get(comparison);
    return this.ports.whatIfs.of(comparison);
  }

  /** Stores strokes that are not saved as an edit, so that nothing is lost when the page is closed. */
  putDraft(comparison: string, strokes: readonly Stroke[]): void {
    this.ports.comparisons.get(comparison);
    this.ports.whatIfs.putDraft(comparison, strokes);
    this.ports.announceWhatIfs(comparison);
  }

  /** Stores an edit with the network's answer, and saves its comparison. Throws as `answer`, and 'usage' without strokes; then nothing is stored. */
  async save({ comparison, edit, strokes, note }: SaveWhatIf, signal?: AbortSignal): Promise<WhatIf> {
    if (strokes.length === 0) throw new AppError('usage', 'Edit an image first: without strokes there is nothing to save.');
    const { layers: _, ...result } = await this.compute(comparison, strokes, { withLayers: false, signal });
    const { whatIfs, comparisons } = this.ports;
    const content = { strokes: [...strokes], result };
    let saved = edit;
    if (saved === undefined) saved = whatIfs.add(comparison, content, note ?? '');
    else whatIfs.update(comparison, saved, { content, ...(note !== undefined && { note }) });
    if (!comparisons.get(comparison).saved) {
      comparisons.annotate(comparison, { saved: true });
      this.ports.announce(comparison);
    }
    this.ports.announceWhatIfs(comparison);
    return this.find(comparison, saved);
  }

  /** Changes the note. Throws AppError 'not-found'. */
  annotate(comparison: string, id: string, note: string): WhatIf {
    this.ports.whatIfs.update(comparison, id, { note });
    this.ports.announceWhatIfs(comparison);
    return this.find(comparison, id);
  }

  /** Hides an edit until the next start, or shows it again. Throws AppError 'not-found'. */
  setRemoved(id: string, removed: boolean): void {
    this.ports.announceWhatIfs(this.ports.whatIfs.setRemoved(id, removed));
  }

  /** The photographs of A and B after an edit, for a page. Throws AppError 'not-found' or 'bad-image' if an image has neither file nor copy. */
  async pictures(row: Comparison, strokes: readonly Stroke[], o: { longest: number; mime: EmbeddedType }): Promise<[Uint8Array, Uint8Array]> {
    const model = this.ports.modelOf(this.ports.runs.get(row.run));
    return await this.ports.compute.ask('editedPictures', { model, images: imagesOf(row), strokes, ...o });
  }

  private find(comparison: string, id: string): WhatIf {
    const found = this.ports.whatIfs.of(comparison).saved.find((each) => each.id === id);
    if (found) return found;
    throw new AppError('not-found', `There is no what-if edit ${id} of comparison ${comparison}.`, { comparison, id });
  }

  private async compute(
    comparison: string,
    strokes: readonly Stroke[],
    { withLayers, signal }: { withLayers: boolean; signal?: AbortSignal | undefined },
  ): Promise<WhatIfResult & Pick<WhatIfDistances, 'layers'>> {
    const row = this.ports.comparisons.get(comparison);
    const problem = networkProblem(this.ports, row, 'it can’t answer to an edited image any more. Saved edits stay as they are');
    if (problem) throw problem;
    const run = this.ports.runs.get(row.run);
    const current = this.ports.calibrationOf(run);
    const curve = row.curve ? { ...row.curve, threshold: row.threshold } : current;
    const request = { model: this.ports.modelOf(run), modelSha256: run.modelSha256, images: imagesOf(row), strokes, withLayers };
    const { before, after, edited, sources, layers } = await this.ports.compute.ask('whatIf', request, { signal });
    const answerTo = (distance: number): PairAnswer => ({
      distance,
      similarity: similarityOf(distance, curve),
      verdict: verdictOf(distance, row.threshold),
    });
    return { threshold: row.threshold, before: answerTo(before), after: answerTo(after), edited, sources, layers };
  }
}

const imagesOf = ({ images }: Comparison): [WhatIfImage, WhatIfImage] =>
  images.map(({ file, sha256, photo }) => ({ file, sha256, photo })) as [WhatIfImage, WhatIfImage];
