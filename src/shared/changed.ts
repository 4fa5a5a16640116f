export const CHANGED = ['datasets', 'runs', 'comparisons', 'reports', 'settings'] as const;

/** Something stored has changed: whoever shows it asks again. */
export interface Changed {
  what: (typeof CHANGED)[number];
  id: string | null; // null: any of them
}
