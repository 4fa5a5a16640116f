import type { EmbeddingSource } from '../../../../shared/embedding-source.ts';
import { isRunSource } from '../../../../shared/embedding-source.ts';
import { type AppError, asAppError } from '../../../../shared/errors.ts';
import { fileName } from '../../../../shared/format.ts';
import {
  type ImageJudgement,
  MAX_SIMILAR,
  NO_FILTER,
  type SimilarAnswer,
  type SimilarFilter,
  type SimilarImage,
  type SimilarTarget,
} from '../../../../shared/similar.ts';
import { api } from '../../../client/api.ts';
import { go } from '../../../client/route.svelte.ts';
import { runs } from '../../../client/runs.svelte.ts';
import { toast } from '../../../client/toasts.svelte.ts';

const PAGE = 20; // images that are shown at first and added by "More": the stored neighbours are as many
const WORDS: Record<ImageJudgement, string> = { same: 'Same', different: 'Not the same', none: 'None of these' };

/** The images of a data set that are nearest to a query, and a person's judgements on them. */
export class SimilarSearch {
  readonly dataset: string;
  readonly source: EmbeddingSource;
  filter = $state.raw<SimilarFilter>(NO_FILTER);
  answer = $state.raw<SimilarAnswer | null>(null);
  error = $state.raw<AppError | null>(null);
  busy = $state(false);
  /** Position of the active image. */
  focus = $state(0);
  private limit = $state(PAGE);
  private revision = $state(0);
  private latest = 0;
  private targetKey = '';
  private undoable: string[] = []; // ids of judgements, the newest last

  constructor(dataset: string, source: EmbeddingSource) {
    this.dataset = dataset;
    this.source = source;
  }

  readonly focused = $derived<SimilarImage | null>(this.answer?.images[this.focus] ?? null);
  readonly hasMore = $derived(this.answer !== null && this.answer.images.length < Math.min(this.answer.ranked, MAX_SIMILAR));

  /** Asks for the images nearest to a target, and again when the filter, the images or the judgements change. Returns the function that ends it. */
  follow(target: SimilarTarget): () => void {
    const key = JSON.stringify(target);
    if (key !== this.targetKey) {
      this.targetKey = key;
      [this.answer, this.focus, this.limit] = [null, 0, PAGE];
    }
    void this.revision; // asks again after a change
    const [own, controller] = [++this.latest, new AbortController()];
    const { dataset, source, filter, limit } = this;
    this.busy = true;
    api
      .call('similar.find', { dataset, source, target, filter, limit }, { signal: controller.signal })
      .then((answer) => own === this.latest && ([this.answer, this.error] = [answer, null]))
      .catch((error: unknown) => own === this.latest && ([this.answer, this.error] = [null, asAppError(error)]))
      .finally(() => own === this.latest && (this.busy = false));
    return () => controller.abort();
  }

  /** Asks again after images or judgements of the data set changed. Returns the function that ends it. */
  listen(): () => void {
    return api.on('changed', ({ what, id }) => {
      if ((what === 'datasets' || what === 'judgements') && (id === null || id === this.dataset)) this.revision++;
    });
  }

  setFilter(change: Partial<SimilarFilter>): void {
    this.filter = { ...this.filter, ...change };
    [this.focus, this.limit] = [0, PAGE];
  }

  more(): void {
    this.limit = Math.min(MAX_SIMILAR, this.limit + PAGE);
  }

  /** Opens the query and an image in Compare. */
  compare(hit: SimilarImage | null): void {
    const { answer, dataset, source } = this;
    if (!answer || !hit) return;
    const { image, file } = answer.query;
    const run = isRunSource(source) ? source.run : runs.current?.run;
    go('compare', { a: image ? `${dataset}/${image.id}` : `file:${file}`, b: `${dataset}/${hit.image.id}`, run });
  }

  /** Judges the active image, or all with 'none'. A judgement that is there already is taken back. Goes on with the next image. */
  async judge(judgement: ImageJudgement): Promise<void> {
    const { answer, dataset, source, focused } = this;
    if (!answer || (judgement !== 'none' && !focused)) return;
    const isThere = judgement === 'none' ? answer.isNone : focused!.judgement === judgement;
    const { sha256, file } = answer.query;
    const partner = judgement === 'none' ? null : focused!.image.id;
    const of = judgement === 'none' ? {} : { distance: focused!.distance, rank: focused!.rank };
    try {
      const { id, counts } = await api.call('similar.judge', {
        ...{ dataset, source, query: { sha256, file }, partner, judgement: isThere ? null : judgement },
        ...of,
      });
      this.undoable.push(id);
      const subject = judgement === 'none' ? '' : `: ${fileName(focused!.image.file)}`;
      toast.undoable(`${isThere ? 'Taken back: ' : ''}${WORDS[judgement]}${subject}`, () => this.undo(), 'judgement');
      if (this.answer) this.answer = { ...this.answer, counts };
      if (partner !== null && !isThere) this.focus = Math.min(this.focus + 1, answer.images.length - 1);
    } catch (error) {
      toast.error(error);
    }
  }

  /** Takes the last judgement of this window back. */
  async undo(): Promise<void> {
    const id = this.undoable.pop();
    if (id === undefined) return;
    try {
      await api.call('similar.undoJudgement', { dataset: this.dataset, id });
    } catch (error) {
      toast.error(error);
    }
  }
}
