import { QUEUE_KINDS, QUEUE_LIMIT, type PairQueue, type QueuedPair, type QueueFilter, type QueueKind } from '../../../shared/pair-queue.ts';
import type { ComparisonRow } from '../../../shared/comparison.ts';
import { countText } from '../../../shared/format.ts';
import { type AppError, asAppError } from '../../../shared/errors.ts';
import { api } from '../../client/api.ts';
import { compare } from './compare.svelte.ts';
import { prefetch } from './explanation-cache.ts';
import { imageInfo, loadImageInfo } from './image-info.svelte.ts';
import { route } from '../../client/route.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';

export interface QueueKey {
  run: string;
  kind: QueueKind;
  split: 'test' | 'valid';
  seed: number;
  between?: QueueFilter;
}

const NO_FILTER = { by: null, first: null, second: null };

/** A queue of pairs to review. Its kind, split and position are route parameters. */
class Queue {
  list = $state.raw<PairQueue | null>(null);
  status = $state<'idle' | 'working' | 'ready' | 'failed' | 'cancelled'>('idle');
  error = $state.raw<AppError | null>(null);
  private judgedRows = $state.raw<ReadonlyMap<string, ComparisonRow>>(new Map());
  private judgedLoads = 0;
  private controller: AbortController | null = null;
  private lastKey = '';
  private opened: PairQueue | null = null; // the last list whose pair was opened
  private readonly positions = new Map<string, number>(); // of the queues opened on this page, by key; from 1
  private stopPrefetch: () => void = () => undefined;

  readonly kind = $derived(QUEUE_KINDS.find((name) => name === route.params['queue']) ?? null);
  readonly split = $derived<'test' | 'valid'>(route.params['split'] === 'valid' ? 'valid' : 'test');
  /** The two classes or groups whose pairs are shown; null: all. */
  readonly between = $derived.by<QueueFilter | null>(() => {
    const { by, first, second } = route.params;
    return (by === 'class' || by === 'group') && first !== undefined && second !== undefined ? { by, names: [first, second] } : null;
  });
  readonly at = $derived(Math.max(0, Math.min((this.list?.pairs.length ?? 0) - 1, (Number(route.params['n']) || this.lastPosition()) - 1)));
  readonly request = $derived.by<QueueKey | null>(() => {
    const run = compare.run;
    if (!this.kind || !run?.calibration || compare.stored) return null;
    return {
      run: run.run,
      kind: this.kind,
      split: this.split,
      seed: Number(route.params['seed'] ?? '1') || 1,
      ...(this.between && { between: this.between }),
    };
  });
  readonly progress = $derived(this.list ? this.list.pairs.filter((pair) => this.judgementOf(pair) !== null).length : 0);

  judgementOf(pair: QueuedPair): ComparisonRow['judgement'] {
    const dataset = this.list?.dataset ?? '';
    const [a, b] = [imageInfo(dataset, pair.a), imageInfo(dataset, pair.b)];
    return (a && b && this.judgedRows.get(`${a.sha256} ${b.sha256}`)?.judgement) ?? null;
  }

  /** Retries after a failure or cancellation. */
  retry(): Promise<void> {
    this.lastKey = '';
    return this.load(this.request);
  }

  /** Loads the queue of the route. */
  async load(request: QueueKey | null): Promise<void> {
    const key = JSON.stringify(request);
    if (key === this.lastKey) return this.openPair();
    this.controller?.abort();
    this.controller = null; // its late answer changes nothing
    this.lastKey = key;
    this.list = null;
    this.error = null;
    if (!request) {
      this.status = 'idle';
      return;
    }
    const controller = (this.controller = new AbortController());
    this.status = 'working';
    try {
      const list = await api.call('compare.queue', { ...request, limit: QUEUE_LIMIT }, { signal: controller.signal });
      if (this.controller !== controller) return;
      this.list = list;
      this.status = 'ready';
      if (list.total > list.pairs.length) toast.info(`This queue has the first ${countText(list.pairs.length)} of ${countText(list.total)} pairs.`);
      this.openPair();
      await loadImageInfo(
        list.dataset,
        list.pairs.flatMap(({ a, b }) => [a, b]),
      );
      await this.loadJudged();
    } catch (error) {
      if (this.controller !== controller) return;
      this.error = asAppError(error);
      this.status = this.error.code === 'cancelled' ? 'cancelled' : 'failed';
    }
  }

  /** Shows the queue's pair, once for each list and when the address names no pair. If the person has left the view, when they return. */
  private openPair(): void {
    if ((this.opened === this.list && compare.request !== null) || route.view !== 'compare') return;
    this.opened = this.list;
    this.open(this.at);
  }

  /** Reads the judgements again. A failure is not shown: that of the judgement itself is. */
  async refreshJudged(): Promise<void> {
    await this.loadJudged().catch(() => undefined);
  }

  private async loadJudged(): Promise<void> {
    const run = this.list?.run;
    if (!run) return;
    const load = ++this.judgedLoads;
    const rows = await api.call('compare.list', {});
    if (load !== this.judgedLoads) return; // a later judgement loads them again
    this.judgedRows = new Map(rows.filter((row) => row.run === run && row.judgement).map((row) => [row.images.map((i) => i.sha256).join(' '), row]));
  }

  start(kind: QueueKind, changes: Record<string, string | null> = {}): void {
    if (kind === this.kind && Object.keys(changes).length === 0) return;
    compare.change({ queue: kind, n: null, seed: null, ...changes });
  }

  /** Shows the pairs of all classes. */
  clearFilter(): void {
    route.set({ n: null, ...NO_FILTER });
  }

  /** Where the person left this queue, from 1. */
  private lastPosition(): number {
    return this.positions.get(JSON.stringify(this.request)) ?? 1;
  }

  /** As `start`, with the pairs of all classes. */
  startAll(kind: QueueKind): void {
    this.start(kind, { ...NO_FILTER });
  }

  /** Starts a queue of random pairs with a new seed. */
  startRandom(): void {
    this.start('random', {
      ...NO_FILTER,
      seed: String((Date.now() % 2 ** 31) + 1),
    });
  }

  close(): void {
    route.set({ queue: null, n: null, seed: null, split: null, ...NO_FILTER });
  }

  open(at: number): void {
    const list = this.list;
    const pair = list?.pairs[at];
    if (!list || !pair) return;
    this.positions.set(this.lastKey, at + 1);
    compare.change({ a: `${list.dataset}/${pair.a}`, b: `${list.dataset}/${pair.b}`, n: String(at + 1) });
  }

  move(by: 1 | -1): boolean {
    const next = this.at + by;
    if (!this.list || next < 0 || next >= this.list.pairs.length) return false;
    this.open(next);
    return true;
  }

  /** Loads the explanation of the next pair in advance. */
  prefetchNext(): void {
    this.stopPrefetch();
    const list = this.list;
    const pair = list?.pairs[this.at + 1];
    if (!list || !pair) return;
    const [a, b] = [pair.a, pair.b].map((id) => ({ dataset: list.dataset, id }));
    this.stopPrefetch = prefetch({ run: list.run, a: a!, b: b!, target: compare.target, ...compare.maps });
  }

  cancel(): void {
    this.controller?.abort();
  }
}

export const queue = new Queue();
