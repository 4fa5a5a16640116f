import { formatRoute, parseRoute, type RouteParams, type ViewName } from './route-hash.ts';
import { settings } from './settings.svelte.ts';

type Params = Readonly<Record<string, string | null | undefined>>;
const REMEMBER_MS = 500; // after the last change of place, so that stepping through images writes once

class RouteState {
  private address = $state.raw(parseRoute(location.hash));
  private remembering: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    addEventListener('hashchange', () => this.read());
  }

  get view(): ViewName {
    return this.address.view;
  }

  get params(): RouteParams {
    return this.address.params;
  }

  /** Goes to a view; `params` replace the old ones. Back in the browser comes back here. */
  go(view: ViewName, params: Params = {}): void {
    location.hash = formatRoute(view, params); // 'hashchange' does the rest
    this.read();
  }

  /** Changes what the view shows without a step in the history; null or '' takes a parameter away. */
  set(changes: Params): void {
    history.replaceState(history.state, '', formatRoute(this.view, { ...this.params, ...changes }));
    this.read();
  }

  /** The place of last time, where the address does not say another. */
  restore(): void {
    if (location.hash.length <= 2 && settings.value.place) history.replaceState(history.state, '', `#${settings.value.place.replace(/^#/, '')}`);
    this.read();
  }

  private read(): void {
    this.address = parseRoute(location.hash);
    clearTimeout(this.remembering);
    const here = formatRoute(this.view, this.params).slice(1);
    this.remembering = setTimeout(() => {
      if (settings.loaded && settings.value.place !== here) void settings.set({ place: here });
    }, REMEMBER_MS);
  }
}

/** Where the person is. */
export const route = new RouteState();
export const go = (view: ViewName, params?: Params): void => route.go(view, params);
