import { DelayedWrite } from './page-end.ts';
import { MAX_ROUTE } from '../../shared/setting-rules.ts';
import { formatRoute, parseRoute, type RouteParams, type ViewName } from './route-hash.ts';
import { RouteMemory } from './route-memory.ts';
import { settings } from './settings.svelte.ts';
import { viewChoices } from './view-choices.ts';

type Params = Readonly<Record<string, string | null | undefined>>;
const STORE_MS = 500; // after the last change, so that stepping through images stores only the last route

/** The data set and run that the person has chosen. */
const choice = (): string => `${settings.value.dataset} ${settings.value.run}`;

class RouteState {
  private current = $state.raw(parseRoute(location.hash));
  private hash = location.hash; // of `current`
  private readonly delayed = new DelayedWrite(STORE_MS, () => this.store());
  private readonly memory = new RouteMemory();

  constructor() {
    addEventListener('hashchange', () => this.read());
  }

  get view(): ViewName {
    return this.current.view;
  }

  get params(): RouteParams {
    return this.current.params;
  }

  /** Goes to a view; `params` replace the old ones. Adds a step to the browser's history. */
  go(view: ViewName, params: Params = {}): void {
    location.hash = formatRoute(view, params); // 'hashchange' is fired later
    this.read();
  }

  /** The address of a view's link: its last route, or its start if it is shown. */
  linkTo(view: ViewName): string {
    return formatRoute(view, this.memory.paramsFor(view, this.view, choice()));
  }

  /** Goes where the view's link goes. */
  visit(view: ViewName): void {
    this.catchUp();
    this.go(view, this.memory.paramsFor(view, this.view, choice()));
  }

  /** Changes parameters without a step in the history; null or '' removes one. */
  set(changes: Params): void {
    this.catchUp();
    history.replaceState(history.state, '', formatRoute(this.view, { ...this.params, ...changes }));
    this.read();
  }

  /** Goes to the stored route, unless the address has one. Also restores the routes of the other views, to which links lead. */
  restore(): void {
    this.memory.restore(viewChoices.read('routes'), choice());
    if (location.hash.length <= 2 && settings.value.route) history.replaceState(history.state, '', `#${settings.value.route.replace(/^#/, '')}`);
    this.read();
  }

  /** Reads the address if it has changed: after a click on a link 'hashchange' is fired only later. */
  private catchUp(): void {
    if (location.hash !== this.hash) this.read();
  }

  private read(): void {
    this.hash = location.hash;
    this.memory.store((this.current = parseRoute(location.hash)), choice());
    this.delayed.schedule();
  }

  private store(): void {
    if (!settings.loaded) return;
    const whole = formatRoute(this.view, this.params).slice(1);
    const hash = whole.length > MAX_ROUTE ? formatRoute(this.view, {}).slice(1) : whole; // two long file paths: the view opens without them
    if (settings.value.route !== hash) void settings.set({ route: hash });
    viewChoices.store('routes', this.memory.toStored(choice()));
  }
}

/** The current route. */
export const route = new RouteState();
export const go = (view: ViewName, params?: Params): void => route.go(view, params);
