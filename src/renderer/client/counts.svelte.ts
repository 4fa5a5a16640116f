import { api } from './api.ts';

/** Numbers of saved comparisons and reports, for the navigation. */
class Counts {
  comparisons = $state<number | null>(null);
  reports = $state<number | null>(null);

  async load(what: 'comparisons' | 'reports'): Promise<void> {
    try {
      if (what === 'comparisons') this.comparisons = (await api.call('compare.list', { saved: true })).length;
      else this.reports = (await api.call('reports.list', {})).length;
    } catch {
      this[what] = null; // the navigation omits an unknown number; the view that lists them shows the error
    }
  }
}

export const counts = new Counts();
