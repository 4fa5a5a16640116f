import { asAppError } from '../../shared/errors.ts';
import { detailsText } from '../kit/error-text.ts';

export interface ToastAction {
  text: string;
  run: () => unknown;
}

export interface Toast {
  id: number;
  kind: 'done' | 'undoable' | 'error';
  text: string;
  action: ToastAction | null;
  details: string | null; // to copy
}

const SHOWN = 4; // at most, the newest
const STAYS_MS = { done: 5_000, undoable: 10_000, error: null } as const; // an error stays until it is dismissed

/** Short messages at the edge of the screen. */
class Toasts {
  list = $state.raw<Toast[]>([]);
  private count = 0;
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();

  done(text: string, action: ToastAction | null = null): void {
    this.add({ kind: 'done', text, action, details: null });
  }

  /** Something was done that can be taken back: no question was asked before. */
  undoable(text: string, undo: () => unknown): void {
    this.add({ kind: 'undoable', text, action: { text: 'Undo', run: undo }, details: null });
  }

  /** A failure in its one sentence; 'cancelled' is no failure and is not told. */
  error(error: unknown, action: ToastAction | null = null): void {
    const known = asAppError(error);
    if (known.code === 'cancelled') return;
    const again = this.list.find((shown) => shown.kind === 'error' && shown.text === known.message);
    if (again) this.dismiss(again.id);
    this.add({ kind: 'error', text: known.message, action, details: detailsText(known) });
  }

  /** Runs a toast's action and takes the toast away; a failure becomes the next toast. */
  async act(toast: Toast): Promise<void> {
    this.dismiss(toast.id);
    try {
      await toast.action?.run();
    } catch (error) {
      this.error(error);
    }
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
    this.hold(id);
  }

  /** While a toast is looked at, its time does not run. */
  hold(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  letGo(id: number): void {
    const stays = this.list.find((toast) => toast.id === id);
    const ms = stays ? STAYS_MS[stays.kind] : null;
    if (ms === null) return;
    this.hold(id);
    this.timers.set(
      id,
      setTimeout(() => this.dismiss(id), ms),
    );
  }

  private add(toast: Omit<Toast, 'id'>): void {
    const id = ++this.count;
    for (const old of this.list.slice(0, Math.max(0, this.list.length + 1 - SHOWN))) this.dismiss(old.id);
    this.list = [...this.list, { ...toast, id }];
    this.letGo(id);
  }
}

export const toasts = new Toasts();
/** The same, by the name that reads well where a message is made: `toast.undoable('Removed run 3', restore)`. */
export const toast = toasts;
