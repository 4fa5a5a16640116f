import type { ComparisonRow } from '../../../shared/explore.ts';
import type { ReportRecord } from '../../../shared/report.ts';
import { api } from '../../client/api.ts';
import { toast } from '../../client/toasts.svelte.ts';

/** Saved comparisons and the reports put together from them. */
class ReportsState {
  list = $state.raw<ReportRecord[]>([]); // last changed first
  saved = $state.raw<ComparisonRow[]>([]); // newest first
  loaded = $state(false);

  async load(): Promise<void> {
    [this.list, this.saved] = await Promise.all([api.call('reports.list', {}), api.call('compare.list', { saved: true })]);
    this.loaded = true;
  }

  /** Asks again when something of it has changed, here or in another window. Returns what ends the listening. */
  listen(): () => void {
    return api.on('changed', ({ what }) => {
      if (what === 'reports') this.take(api.call('reports.list', {}), (list) => (this.list = list));
      if (what === 'comparisons') this.take(api.call('compare.list', { saved: true }), (saved) => (this.saved = saved));
    });
  }

  /** A new report of these comparisons; returns its id. */
  async create(comparisons: string[], title = '', introduction = ''): Promise<string> {
    const made = await api.call('reports.save', { title, introduction, comparisons });
    this.list = [made, ...this.list.filter(({ report }) => report !== made.report)];
    return made.report;
  }

  async remove(report: ReportRecord): Promise<void> {
    await api.call('reports.remove', { report: report.report });
    this.list = this.list.filter((one) => one.report !== report.report);
    toast.undoable(`Deleted the report ${report.title.trim() || 'without a title'}`, () => api.call('reports.restore', { report: report.report }));
  }

  /** Takes saved comparisons away; reports that hold them keep them. */
  async removeComparisons(ids: readonly string[]): Promise<void> {
    for (const comparison of ids) await api.call('compare.remove', { comparison });
    this.saved = this.saved.filter((row) => !ids.includes(row.comparison));
    const restore = async (): Promise<void> => {
      for (const comparison of ids) await api.call('compare.restore', { comparison });
    };
    toast.undoable(ids.length === 1 ? 'Deleted one comparison' : `Deleted ${ids.length} comparisons`, restore);
  }

  private take<T>(asked: Promise<T>, keep: (value: T) => void): void {
    asked.then(keep).catch((error: unknown) => toast.error(error));
  }
}

export const reports = new ReportsState();
