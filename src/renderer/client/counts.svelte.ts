import { api } from './api.ts';

/** How many comparisons are kept and reports put together, for the navigation. */
class Counts {
  comparisons = $state<number | null>(null);
  reports = $state<number | null>(null);

  async load(what: 'comparisons' | 'reports'): Promise<void> {
    try {
      if (what === 'comparisons') this.comparisons = (await api.call('compare.list', { saved: true })).length;
      else this.reports = (await api.call('reports.list', {})).length;
    } catch {
      this[what] = null; // a number that can't be had is left out; the view that lists them says why
    }
  }
}

export const counts = new Counts();
