import { type DuplicateImage, type DuplicateReport, type RejectedPair, SCORE_RANGE } from '../../../../shared/duplicates.ts';
import { included, isLeak, type Stack, stacksOf } from '../../../../shared/duplicate-stacks.ts';
import type { EmbeddingSource } from '../../../../shared/embedding-source.ts';
import { countNoun } from '../../../../shared/format.ts';
import { api } from '../../../client/api.ts';
import { Curator } from '../../../client/curation/curator.svelte.ts';
import { isRecord } from '../../../client/stored-choices.ts';
import { toast } from '../../../client/toasts.svelte.ts';
import { viewChoices } from '../../../client/view-choices.ts';
import { borderPairs, FILTER_NAMES, STACK_FILTERS, type StackFilter } from './filters.ts';

const VIEW = 'explore-duplicates';
const FIRST_SHOWN = 40; // stacks
const BORDER = 4; // pairs on each side of the threshold

/** The duplicates of a data set, by one source of embeddings, and what a person does with them. */
export class Duplicates {
  report = $state.raw<DuplicateReport | null>(null);
  failed = $state(false);
  threshold = $state<number>(SCORE_RANGE.default);
  filter = $state<StackFilter>('open');
  limit = $state(FIRST_SHOWN);
  readonly curator: Curator;
  private readonly source: EmbeddingSource;

  /** As the report was loaded: a stack keeps its place and the order of its images while it is repaired. */
  readonly stacks = $derived<Stack[]>(this.report ? stacksOf(this.report, this.threshold) : []);
  readonly fitting = $derived(this.stacks.filter(STACK_FILTERS[this.filter].fits));
  readonly shown = $derived(this.fitting.slice(0, this.limit));
  readonly counts = $derived(
    Object.fromEntries(FILTER_NAMES.map((name) => [name, this.stacks.filter(STACK_FILTERS[name].fits).length])) as Record<StackFilter, number>,
  );
  readonly border = $derived(
    this.report ? borderPairs(this.report.pairs, this.report.rejected, this.threshold, BORDER) : { inside: [], outside: [] },
  );

  constructor(dataset: string, source: EmbeddingSource) {
    this.source = source;
    this.curator = new Curator(dataset);
    const stored = viewChoices.read(VIEW);
    const threshold = isRecord(stored) ? stored['threshold'] : null;
    if (typeof threshold === 'number' && threshold >= SCORE_RANGE.least && threshold <= SCORE_RANGE.most) this.threshold = threshold;
  }

  get dataset(): string {
    return this.curator.dataset;
  }

  async load(): Promise<void> {
    try {
      this.failed = false;
      this.report = await api.call('duplicates.report', { dataset: this.dataset, source: this.source });
    } catch (error) {
      this.failed = true;
      toast.error(error);
    }
  }

  setThreshold(threshold: number): void {
    this.threshold = threshold;
    viewChoices.store(VIEW, { threshold });
  }

  choose(filter: StackFilter): void {
    this.filter = filter;
    this.limit = FIRST_SHOWN;
  }

  showMore(): void {
    this.limit += FIRST_SHOWN;
  }

  /** The stack with the edits of the person. */
  current(stack: Stack): Stack {
    const images = stack.images.map((image): DuplicateImage => ({ ...image, ...this.curator.row(image.id) }));
    return { ...stack, images };
  }

  /** Excludes all images of a stack but one, which is included. */
  keep(stack: Stack, id: number): void {
    const now = this.current(stack);
    const others = included(now).filter((image) => image.id !== id);
    if (now.images.some((image) => image.id === id && image.excluded)) void this.curator.apply({ kind: 'include', ids: [id] });
    if (others.length > 0) void this.curator.apply({ kind: 'exclude', ids: others.map((image) => image.id) });
  }

  /** Of each listed stack the first included image stays: the largest, then the sharpest. One edit. */
  keepBest(): void {
    this.exclude(this.fitting.flatMap((stack) => included(this.current(stack)).slice(1)));
  }

  /** Excludes the training images of leaks: their twins in validation and test stay. One edit. */
  excludeFromTraining(): void {
    const leaks = this.fitting.map((stack) => this.current(stack)).filter(isLeak);
    this.exclude(leaks.flatMap((stack) => included(stack).filter(({ split }) => split === 'train')));
  }

  private exclude(images: readonly DuplicateImage[]): void {
    if (images.length === 0) toast.info('Nothing to exclude: these stacks are done.');
    else void this.curator.apply({ kind: 'exclude', ids: images.map(({ id }) => id) });
  }

  /** An image is no duplicate of the others in its stack. */
  async reject(stack: Stack, id: number): Promise<void> {
    const pairs = stack.images.filter((image) => image.id !== id).map((image): RejectedPair => (image.id < id ? [image.id, id] : [id, image.id]));
    await this.setRejected(pairs, true);
  }

  private async setRejected(pairs: RejectedPair[], isRejected: boolean): Promise<void> {
    try {
      const rejected = await api.call('duplicates.reject', { dataset: this.dataset, pairs, rejected: isRejected });
      if (this.report) this.report = { ...this.report, rejected };
      if (isRejected) toast.undoable(`Not duplicates: ${countNoun(pairs.length, 'pair')}`, () => this.setRejected(pairs, false), 'curation');
    } catch (error) {
      toast.error(error);
    }
  }
}
