export const VIEWS = ['images', 'explore', 'train', 'compare', 'reports', 'settings'] as const;
export type ViewName = (typeof VIEWS)[number];
export type RouteParams = Readonly<Record<string, string>>;

/** A view and its parameters, as written in the URL hash: `#/compare?run=r1`. */
export interface Route {
  view: ViewName;
  params: RouteParams;
}

/** A hash that names no view gives the first view. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const view = VIEWS.find((name) => name === path) ?? VIEWS[0];
  return { view, params: Object.fromEntries(new URLSearchParams(query)) };
}

/** Omits empty values and sorts the others, so that a route has one spelling. */
export function formatRoute(view: ViewName, params: Readonly<Record<string, string | null | undefined>> = {}): string {
  const present = Object.entries(params).filter((entry): entry is [string, string] => entry[1] != null && entry[1] !== '');
  const query = new URLSearchParams(present.sort(([a], [b]) => (a < b ? -1 : 1))).toString();
  return `#/${view}${query ? `?${query}` : ''}`;
}
