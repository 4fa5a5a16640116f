import type { Route, RouteParams, ViewName } from './route-hash.ts';

/** The last parameters of each view, until the person chooses another data set or run. */
export class RouteMemory {
  private readonly last = new Map<ViewName, { params: RouteParams; choice: string }>();

  /** `choice`: the data set and run that the person has chosen, which the parameters belong to. */
  store({ view, params }: Route, choice: string): void {
    this.last.set(view, { params, choice });
  }

  /** The parameters with which a click on a view opens it: its last ones; its start if it is `open` already. */
  paramsFor(view: ViewName, open: ViewName, choice: string): RouteParams {
    const last = this.last.get(view);
    return view === open || last?.choice !== choice ? {} : last.params;
  }
}
