import { type Route, type RouteParams, type ViewName, VIEWS } from './route-hash.ts';
import { isRecord } from './stored-choices.ts';

/** The last parameters of each view, until the person chooses another data set or run. */
export class RouteMemory {
  private readonly last = new Map<ViewName, { params: RouteParams; choice: string }>();

  /** `choice`: the data set and run that the person has chosen, which the parameters belong to. */
  store({ view, params }: Route, choice: string): void {
    this.last.set(view, { params, choice });
  }

  /** The last parameters of each view, for this choice only. */
  toStored(choice: string): Partial<Record<ViewName, RouteParams>> {
    return Object.fromEntries([...this.last].filter(([, last]) => last.choice === choice).map(([view, { params }]) => [view, params]));
  }

  /** Restores what `toStored` returned. Ignores entries that are not parameters of a view, such as those of another version. */
  restore(stored: unknown, choice: string): void {
    if (!isRecord(stored)) return;
    for (const view of VIEWS) {
      const params = stored[view];
      if (isRecord(params) && Object.values(params).every((value) => typeof value === 'string'))
        this.last.set(view, { params: params as RouteParams, choice });
    }
  }

  /** The parameters with which a click on a view opens it: its last ones; its start if it is `open` already. */
  paramsFor(view: ViewName, open: ViewName, choice: string): RouteParams {
    const last = this.last.get(view);
    return view === open || last?.choice !== choice ? {} : last.params;
  }
}
