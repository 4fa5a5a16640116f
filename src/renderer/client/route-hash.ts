export const VIEWS = ['images', 'train', 'compare', 'reports', 'settings'] as const;
export type ViewName = (typeof VIEWS)[number];
export type RouteParams = Readonly<Record<string, string>>;

/** Where a person is: a view and what it shows, as the address says it after the #: `#/compare?run=r1`. */
export interface Route {
  view: ViewName;
  params: RouteParams;
}

/** An address that names no view is the first view. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const view = VIEWS.find((name) => name === path) ?? VIEWS[0];
  return { view, params: Object.fromEntries(new URLSearchParams(query)) };
}

/** Empty and missing values are left out, the others sorted, so that one place has one address. */
export function formatRoute(view: ViewName, params: Readonly<Record<string, string | null | undefined>> = {}): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] != null && entry[1] !== '');
  const query = new URLSearchParams(given.sort(([a], [b]) => (a < b ? -1 : 1))).toString();
  return `#/${view}${query ? `?${query}` : ''}`;
}
