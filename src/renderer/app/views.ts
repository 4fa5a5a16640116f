import ChartSpline from '@lucide/svelte/icons/chart-spline';
import Columns2 from '@lucide/svelte/icons/columns-2';
import FileText from '@lucide/svelte/icons/file-text';
import Images from '@lucide/svelte/icons/images';
import ScanSearch from '@lucide/svelte/icons/scan-search';
import Settings from '@lucide/svelte/icons/settings';
import type { Component } from 'svelte';
import type { ViewName } from '../client/route-hash.ts';
import type { Icon } from '../kit/icon.ts';

interface View {
  text: string;
  icon: Icon;
  load: () => Promise<{ default: Component }>;
}

/** The views of the app. Each is loaded when first shown, the others while the page is idle. */
export const VIEW_INFO: Record<ViewName, View> = {
  images: { text: 'Images', icon: Images, load: () => import('../features/dataset/ImagesView.svelte') },
  explore: { text: 'Explore', icon: ScanSearch, load: () => import('../features/explore/ExploreView.svelte') },
  train: { text: 'Train', icon: ChartSpline, load: () => import('../features/training/TrainView.svelte') },
  compare: { text: 'Compare', icon: Columns2, load: () => import('../features/compare/CompareView.svelte') },
  reports: { text: 'Reports', icon: FileText, load: () => import('../features/reports/ReportsView.svelte') },
  settings: { text: 'Settings', icon: Settings, load: () => import('../features/settings/SettingsView.svelte') },
};

/** Leaves the first seconds to the view that is shown: its images and maps. A view that is opened earlier loads at once. */
const START_MS = 2000;

export function loadOtherViews(): void {
  const idle = 'requestIdleCallback' in globalThis ? requestIdleCallback : (work: () => void) => setTimeout(work, 500);
  const pending = Object.values(VIEW_INFO);
  /** One at a time: loading all at once would block the view that is shown. */
  const next = (): void => {
    const view = pending.shift();
    if (!view) return;
    view
      .load()
      .catch(() => undefined) // retried when the view is opened
      .finally(() => idle(next));
  };
  setTimeout(() => idle(next), START_MS);
}
