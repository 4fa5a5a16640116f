import { type AppError, asAppError } from '../../shared/errors.ts';
import { logScreenError } from './screen-error.ts';

export interface ToastAction {
  text: string;
  run: () => unknown;
}

export interface Toast {
  id: number;
  kind: 'info' | 'undoable' | 'error';
  text: string;
  action: ToastAction | null;
  error: AppError | null; // whose details can be copied
  topic: string; // a newer message on the same topic replaces this one
}

const MAX_SHOWN = 4; // the newest
const DURATION_MS = { info: 5_000, undoable: 10_000, error: null } as const; // an error stays until dismissed

/** Short messages at the edge of the screen. */
class Toasts {
  list = $state.raw<Toast[]>([]);
  /** Whether all messages are shown in full, instead of the newest in one line. */
  expanded = $state(false);
  private count = 0;
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** `topic`: a newer message on the same topic replaces this one; by default one with the same text. */
  info(text: string, action: ToastAction | null = null, topic = text): void {
    this.add({ kind: 'info', text, action, error: null, topic });
  }

  /** Reports an action that can be undone. It replaces a confirmation before the action. */
  undoable(text: string, undo: () => unknown, topic = text): void {
    this.add({ kind: 'undoable', text, action: { text: 'Undo', run: undo }, error: null, topic });
  }

  /** Shows a failure in one sentence. 'cancelled' is not a failure and shows nothing. */
  error(error: unknown, action: ToastAction | null = null, topic?: string): void {
    const known = asAppError(error);
    if (known.code === 'cancelled') return;
    const id = this.add({ kind: 'error', text: known.message, action, error: known, topic: topic ?? known.message });
    void logScreenError(error).then((withLog) => {
      this.list = this.list.map((shown) => (shown.id === id ? { ...shown, error: withLog } : shown));
    });
  }

  /** Runs a toast's action and removes the toast; a failure becomes the next toast. */
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
    if (this.list.length === 0) this.expanded = false;
    this.pause(id);
  }

  /** Dismisses errors that a restored connection has settled. */
  dismissOffline(): void {
    for (const { id, error } of this.list) if (error?.code === 'offline') this.dismiss(id);
  }

  /** Stops the timer while the pointer or focus is on the toast. */
  pause(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  resume(id: number): void {
    const shown = this.list.find((toast) => toast.id === id);
    const ms = shown ? DURATION_MS[shown.kind] : null;
    if (ms === null) return;
    this.pause(id);
    this.timers.set(
      id,
      setTimeout(() => this.dismiss(id), ms),
    );
  }

  private add(toast: Omit<Toast, 'id'>): number {
    const id = ++this.count;
    for (const old of this.list) if (old.topic === toast.topic) this.dismiss(old.id);
    for (const old of this.list.slice(0, Math.max(0, this.list.length + 1 - MAX_SHOWN))) this.dismiss(old.id);
    this.list = [...this.list, { ...toast, id }];
    this.resume(id);
    return id;
  }
}

export const toasts = new Toasts();
/** The same object, singular for calls: `toast.undoable('Removed run 3', restore)`. */
export const toast = toasts;
