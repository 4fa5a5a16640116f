import type { ComparisonRow } from '../../../shared/comparison.ts';
import type { CallInput } from '../../../shared/contract.ts';
import type { ReportRecord } from '../../../shared/report.ts';
import { api } from '../../client/api.ts';
import { deletedComparisonsText } from '../../client/deleted-comparisons.ts';
import { toast } from '../../client/toasts.svelte.ts';

/** Saved comparisons and the reports created from them. */
class ReportsState {
  list = $state.raw<ReportRecord[]>([]); // last changed first
  saved = $state.raw<ComparisonRow[]>([]); // newest first
  loaded = $state(false);

  async load(): Promise<void> {
    [this.list, this.saved] = await Promise.all([api.call('reports.list', {}), api.call('compare.list', { saved: true })]);
    this.loaded = true;
  }

  /** Reloads on changes here or in another window. Returns the unsubscribe function. */
  listen(): () => void {
    return api.on('changed', ({ what }) => {
      if (what === 'reports') this.update(api.call('reports.list', {}), (list) => (this.list = list));
      if (what === 'comparisons' || what === 'datasets') this.update(api.call('compare.list', { saved: true }), (saved) => (this.saved = saved));
    });
  }

  /** Creates a report of these comparisons; returns its id. */
  create(comparisons: string[]): Promise<string> {
    return this.insert({ title: '', comparisons });
  }

  /** Creates a copy with everything but the files; returns its id. */
  duplicate({ introduction, author, logo, sections, comparisons }: ReportRecord, title: string): Promise<string> {
    return this.insert({ title, introduction, author, logo, sections, comparisons });
  }

  private async insert(draft: CallInput<'reports.save'>): Promise<string> {
    const created = await api.call('reports.save', draft);
    this.list = [created, ...this.list.filter(({ report }) => report !== created.report)];
    return created.report;
  }

  async remove(report: ReportRecord): Promise<void> {
    await api.call('reports.remove', { report: report.report });
    this.list = this.list.filter((one) => one.report !== report.report);
    toast.undoable(
      `Deleted report “${report.title.trim() || 'Untitled report'}”`,
      () => api.call('reports.restore', { report: report.report }),
      `deleted-${report.report}`,
    );
  }

  /** Deletes saved comparisons from the gallery; reports still contain them. */
  async removeComparisons(ids: readonly string[]): Promise<void> {
    for (const comparison of ids) await api.call('compare.remove', { comparison });
    this.saved = this.saved.filter((row) => !ids.includes(row.comparison));
    const restore = async (): Promise<void> => {
      for (const comparison of ids) await api.call('compare.restore', { comparison });
    };
    toast.undoable(deletedComparisonsText(ids, this.list), restore, `deleted-${ids.join(' ')}`);
  }

  private update<T>(loading: Promise<T>, store: (value: T) => void): void {
    loading.then(store).catch((error: unknown) => toast.error(error));
  }
}

export const reports = new ReportsState();
