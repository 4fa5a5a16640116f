import { createContext } from 'svelte';

/** Whether the details at the right of every view are shown. The app keeps it in the settings. */
export interface DetailsFold {
  readonly shown: boolean;
  toggle(): void;
}

export const [getDetailsFold, setDetailsFold] = createContext<DetailsFold>();
