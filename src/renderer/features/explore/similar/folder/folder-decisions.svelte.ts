import { isRunSource } from '../../../../../shared/embedding-source.ts';
import { type DecisionKind, type FolderQuery, type FolderSearch, nextOpen } from '../../../../../shared/folder-search.ts';
import { fileName } from '../../../../../shared/format.ts';
import { api } from '../../../../client/api.ts';
import { canReveal, chooseSave, reveal } from '../../../../client/choose-path.ts';
import { download } from '../../../../client/download.ts';
import { jobs } from '../../../../client/jobs.svelte.ts';
import { go } from '../../../../client/route.svelte.ts';
import { runs } from '../../../../client/runs.svelte.ts';
import { toast } from '../../../../client/toasts.svelte.ts';
import { loadPicture, QueryCache } from './query-cache.ts';

/** The images of a folder search, one after the other, with a person's decisions. */
export class FolderDecisions {
  readonly id: string;
  search = $state.raw<FolderSearch | null>(null);
  decisions = $state.raw<readonly (DecisionKind | null)[]>([]);
  query = $state.raw<FolderQuery | null>(null);
  /** Position of the active candidate. */
  focus = $state(0);
  private wanted = 0; // position that is shown, or loading
  private pending: Promise<unknown> = Promise.resolve();
  private readonly queries: QueryCache;

  constructor(id: string) {
    this.id = id;
    this.queries = new QueryCache(id);
  }

  /** Opens the first image without a decision. */
  async open(): Promise<void> {
    await this.guard(async () => {
      const { search, decisions } = await api.call('searches.get', { search: this.id });
      [this.search, this.decisions] = [search, decisions];
      if (decisions.length > 0) await this.show(nextOpen(decisions, -1) ?? 0);
    });
  }

  /** Shows an image and loads the one after it. */
  async show(position: number): Promise<void> {
    this.wanted = position;
    const query = await this.queries.load(position);
    if (this.wanted !== position) return;
    [this.query, this.focus] = [query, 0];
    const next = nextOpen(this.decisions, position);
    if (next !== null && next !== position) void this.queries.load(next).then(loadPicture, () => undefined);
  }

  step(by: 1 | -1): void {
    const count = this.decisions.length;
    if (count > 0) void this.guard(() => this.show((this.wanted + by + count) % count));
  }

  /** Stores a decision on the shown image, after those before it, and goes on with the next open one. `rank` of the candidate that is the same. */
  decide(kind: DecisionKind, rank: number | null = null): void {
    const { query } = this;
    if (!query || (kind === 'same' && !query.candidates[(rank ?? 0) - 1])) return;
    const { position } = query;
    this.decisions = this.decisions.with(position, kind);
    this.queries.forget(position);
    const next = nextOpen(this.decisions, position);
    this.pending = this.pending.then(() =>
      this.guard(async () => {
        this.search = await api.call('searches.decide', { search: this.id, position, decision: kind, rank });
        if (next === null) await this.show(position);
      }),
    );
    if (next !== null) void this.guard(() => this.show(next));
  }

  undo(): void {
    this.pending = this.pending.then(() =>
      this.guard(async () => {
        const { position } = await api.call('searches.undo', { search: this.id });
        if (position === null) {
          toast.info('There is no decision to undo.');
          return;
        }
        this.queries.forget(position);
        const { search, decisions } = await api.call('searches.get', { search: this.id });
        [this.search, this.decisions] = [search, decisions];
        await this.show(position);
      }),
    );
  }

  /** Opens the image and a candidate in Compare. */
  compare(): void {
    const { search, query } = this;
    const candidate = query?.candidates[this.focus];
    if (!search || !query || !candidate) return;
    const run = isRunSource(search.source) ? search.source.run : runs.current?.run;
    go('compare', { a: `file:${query.path}`, b: `${search.dataset}/${candidate.image.id}`, run });
  }

  /** Writes the results where the person chooses. */
  async export(format: 'csv' | 'html'): Promise<void> {
    await this.guard(async () => {
      if (!this.search) return;
      const name = `${fileName(this.search.folder)} results.${format}`;
      const out = canReveal() ? await chooseSave('Save the results', name, format) : undefined; // the browser puts it into its downloads folder
      if (out === null) return;
      const job = await api.call('searches.export', { search: this.id, format, ...(out !== undefined && { out }) });
      const { file = '' } = await jobs.result(job);
      if (out === undefined) download(api.media(`export/${encodeURIComponent(fileName(file))}`), name);
      else toast.info(`Saved: ${file}`, { text: 'Show', run: () => reveal(file) });
    });
  }

  private async guard(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      toast.error(error);
    }
  }
}
