import type { CuratedImage, CurationEdit, CurationState } from '../../../shared/curation.ts';
import { asAppError } from '../../../shared/errors.ts';
import { api } from '../api.ts';
import { toast } from '../toasts.svelte.ts';
import { reportFailures } from './failed-actions.ts';
import { changedRows, type Rows } from './optimistic-rows.ts';

/** An edit made on this page, with the loaded rows that it changed, so that its undo shows at once. */
interface Change {
  before: Rows;
  after: Rows;
  position: number | null; // in the history; null until the workbench has answered
}

export type Action = { after: Rows; settled: () => void } & (
  { kind: 'edit'; edit: CurationEdit; change: Change | null } | { kind: 'undo' | 'redo'; position: number | null; change: Change | null }
);

export interface QueueOwner {
  /** A row as it is stored, if it is loaded. */
  storedRow: (id: number) => CuratedImage | undefined;
  /** The action took effect: these rows are stored now. */
  stored: (rows: Rows) => void;
  /** No action waits any more. */
  drained: () => Promise<void>;
}

const NO_ROWS: Rows = new Map();
const TOPIC = 'curation'; // one message at a time: only the last change can be undone

/**
 * Edits, undo and redo of one data set, in the order in which the person made them. The screen shows each at once; the
 * workbench gets one at a time, since the position that an undo names results from the action before it.
 */
export class CurationQueue {
  readonly dataset: string;
  state = $state.raw<CurationState | null>(null); // after the last answer
  /** Number of actions that took effect. */
  finished = 0;
  private readonly owner: QueueOwner;
  private actions = $state.raw<readonly Action[]>([]);
  private done: Change[] = []; // that an undo takes back, the last first
  private undone: Change[] = [];
  private running = false;
  private failures = reportFailures(TOPIC);

  constructor(dataset: string, owner: QueueOwner) {
    this.dataset = dataset;
    this.owner = owner;
  }

  // Getters, not `$derived`: the effect that opens the data set creates the queue, and a derived value freezes when that effect runs again.

  /** Whether an undo has an effect once the waiting actions have taken place. */
  get canUndo(): boolean {
    return this.actions.reduce((n, { kind }) => Math.max(0, n + (kind === 'undo' ? -1 : 1)), this.state?.edits ?? 0) > 0;
  }
  get canRedo(): boolean {
    return this.actions.reduce((can, { kind }) => (kind === 'edit' ? false : kind === 'undo' ? true : can), (this.state?.canRedo ?? null) !== null);
  }
  /** What undo takes back, in words; null if that is not known yet. */
  get undoText(): string | null {
    return this.actions.length === 0 ? (this.state?.canUndo ?? null) : null;
  }
  get redoText(): string | null {
    return this.actions.length === 0 ? (this.state?.canRedo ?? null) : null;
  }
  get waiting(): number {
    return this.actions.length;
  }

  /** The row as it will be after the waiting actions. */
  row(id: number): CuratedImage | undefined {
    return this.actions.findLast(({ after }) => after.has(id))?.after.get(id) ?? this.owner.storedRow(id);
  }

  /** Resolves when the action has taken effect, failed or was dropped; failures become toasts. */
  apply(edit: CurationEdit): Promise<void> {
    const rows = changedRows(edit, (id) => this.row(id));
    const mayChange = rows.after.size > 0 || edit.ids.some((id) => this.row(id) === undefined);
    const change = mayChange ? { ...rows, position: null } : null;
    if (change) {
      this.done.push(change);
      this.undone = [];
    }
    return this.add({ kind: 'edit', edit, change, after: rows.after });
  }

  /** `position`: the history entry to undo; default: the last one. Another window may have added one since. */
  undo(position: number | null = null): Promise<void> {
    const last = position === null || this.done.at(-1)?.position === position ? this.done.pop() : undefined;
    if (last) this.undone.push(last);
    return this.add({ kind: 'undo', position, change: last ?? null, after: last?.before ?? NO_ROWS });
  }

  redo(): Promise<void> {
    const last = this.undone.pop();
    if (last) this.done.push(last);
    return this.add({ kind: 'redo', position: null, change: last ?? null, after: last?.after ?? NO_ROWS });
  }

  private async add(action: DistributiveOmit<Action, 'settled'>): Promise<void> {
    const settled = new Promise<void>((resolve) => (this.actions = [...this.actions, { ...action, settled: resolve }]));
    if (!this.running) void this.run();
    await settled;
  }

  private async run(): Promise<void> {
    this.running = true;
    this.failures = reportFailures(TOPIC);
    for (let action = this.actions[0]; action; action = this.actions[0]) {
      try {
        await this.perform(action);
        this.finished++;
        this.owner.stored(action.after);
        this.actions = this.actions.slice(1);
      } catch (error) {
        this.drop(action, error);
      }
      if (this.actions.length > 0) action.settled();
      else void this.refresh().then(action.settled); // a new action does not wait for it
    }
    this.running = false;
  }

  private async refresh(): Promise<void> {
    try {
      await this.owner.drained();
    } catch (error) {
      toast.error(error);
    }
  }

  private async perform(action: Action): Promise<void> {
    const { dataset } = this;
    const before = this.state ?? (await api.call('curation.state', { dataset }));
    if (action.kind === 'edit') {
      const state = (this.state = await api.call('curation.apply', { dataset, edit: action.edit }));
      if (state.undoPosition === before.undoPosition) {
        this.forgetChanges();
        return toast.info('Nothing to change.', null, TOPIC);
      }
      const position = state.undoPosition;
      if (action.change) action.change.position = position;
      return toast.undoable(state.canUndo!, () => this.undo(position), TOPIC);
    }
    const undo = action.kind === 'undo';
    const next = undo ? before.undoPosition : before.redoPosition;
    if (action.position !== null && action.position !== next)
      return toast.info('Later changes exist. Undo those first, in the history.', null, TOPIC);
    const position = action.change?.position ?? next;
    if (position === null) return;
    this.state = await api.call(undo ? 'curation.undo' : 'curation.redo', { dataset, position });
    if (action.change === null) this.forgetChanges();
    toast.info(undo ? `Undone: ${before.canUndo}` : `Redone: ${before.canRedo}`, null, TOPIC);
  }

  /** Removes the failed action and those that depend on it; the screen then shows what is stored. */
  private drop(failed: Action, error: unknown): void {
    const { code } = asAppError(error);
    const dropped = [failed];
    for (const action of this.actions.slice(1)) if (code === 'offline' || dependsOn(action, dropped)) dropped.push(action);
    this.actions = this.actions.filter((action) => !dropped.includes(action));
    this.state = null; // unknown: a lost answer may have taken effect
    this.forgetChanges();
    this.failures(error, dropped.length - 1);
    for (const action of dropped.slice(1)) action.settled();
  }

  /** Undo then shows its effect when the workbench has answered. */
  private forgetChanges(): void {
    this.done = [];
    this.undone = [];
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Whether an action was made in view of one of these, which did not take place. */
function dependsOn(action: Action, dropped: readonly Action[]): boolean {
  switch (action.kind) {
    case 'redo':
      return true; // an edit that failed has not removed what could be redone before it
    case 'undo':
      return action.change === null || dropped.some(({ kind, change }) => kind !== 'edit' || change === action.change);
    case 'edit': {
      const ids = new Set(dropped.flatMap((one) => [...one.after.keys(), ...(one.kind === 'edit' ? one.edit.ids : [])]));
      return action.edit.ids.some((id) => ids.has(id));
    }
    default:
      return action satisfies never;
  }
}
