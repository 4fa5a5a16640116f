import { api } from './api.ts';
import { TOUR, type TourStep } from './tour-steps.ts';
import { go } from './route.svelte.ts';
import { settings } from './settings.svelte.ts';

/** The guided tour. It is offered once and can be ended at any step. */
class Tour {
  at = $state<number | null>(null);
  readonly step = $derived<TourStep | null>(this.at === null ? null : TOUR[this.at]!);
  readonly offered = $derived(this.at === null && settings.loaded && !settings.value.tourDone);

  start(): void {
    this.show(0);
  }

  next(): void {
    if (this.at === null) return;
    if (this.at + 1 < TOUR.length) this.show(this.at + 1);
    else this.end();
  }

  back(): void {
    if (this.at) this.show(this.at - 1);
  }

  /** Ends or declines the tour. It is not offered again. */
  end(): void {
    if (this.at !== null) go('images');
    this.at = null;
    if (!settings.value.tourDone) void settings.set({ tourDone: true });
  }

  private show(at: number): void {
    this.at = at;
    const { view } = TOUR[at]!;
    if (view === 'compare') void this.showComparison(at);
    else if (view) go(view);
  }

  /** The newest saved comparison, if there is one: an empty page explains little. */
  private async showComparison(at: number): Promise<void> {
    const [newest] = await api.call('compare.list', { saved: true }).catch(() => []);
    if (this.at === at) go('compare', newest ? { c: newest.comparison } : {});
  }
}

export const tour = new Tour();
