import { createContext } from 'svelte';

/** Whether the details panel at the right of every view is shown. The app stores it in the settings. */
export interface DetailsPanel {
  readonly shown: boolean;
  toggle(): void;
}

export const [getDetailsPanel, setDetailsPanel] = createContext<DetailsPanel>();
