import { asAppError } from '../../../../shared/errors.ts';
import {
  countPoints,
  type Fill,
  MAX_ALL_POINTS,
  MAX_POINTS,
  MAX_STROKES,
  type Position,
  type Stroke,
  type WhatIf,
} from '../../../../shared/what-if.ts';
import { api } from '../../../client/api.ts';
import { DelayedWrite } from '../../../client/page-end.ts';
import { toast } from '../../../client/toasts.svelte.ts';
import { overlay } from '../overlay-settings.svelte.ts';
import type { Size } from '../../../kit/zoom.ts';
import { LiveAnswer } from './live-answer.svelte.ts';
import { SavedEdits } from './saved-edits.svelte.ts';
import { extendStroke, isVisible, nudgeRectangle, radiusFor, roundPosition } from './stroke-shape.ts';

export const TOOLS = ['brush', 'rectangle', 'lasso', 'erase'] as const;
export type Tool = (typeof TOOLS)[number];
export const SIZES = { min: 1, max: 40 } as const; // % of the longer side

const STORE_MS = 600; // after the last stroke
const ASK_MS = 100; // between two questions while a stroke is drawn
const PLACED = 0.25; // share of the side: a rectangle that the keyboard places

/** The edit on the screen: tools, strokes with undo, what the network answers, and storing. */
class Editor {
  tool = $state<Tool>('brush');
  fill = $state<Fill>('blur');
  size = $state(8); // diameter of brush and eraser, % of the longer side
  /** Whether the contour of the map is drawn as a guide. */
  guide = $state(false);
  strokes = $state.raw<readonly Stroke[]>([]);
  /** The stroke that is being drawn. */
  live = $state.raw<Stroke | null>(null);
  /** Whether `live` is a rectangle that the keyboard moves. */
  placing = $state(false);
  /** The saved edit that is open; null: the draft. */
  open = $state<string | null>(null);
  comparison = $state<string | null>(null);
  readonly answers = new LiveAnswer();
  readonly saved = new SavedEdits();
  private undone = $state.raw<readonly (readonly Stroke[])[]>([]); // newest last
  private done = $state.raw<readonly (readonly Stroke[])[]>([]);
  private ready = false; // the stored edits are loaded
  private isDirty = false; // strokes that are not stored yet
  private changes = 0; // by the person, so that a late answer does not undo one
  private asked = 0; // time of the last question, ms
  private readonly delayed = new DelayedWrite(STORE_MS, () => this.store());

  /** Whether the tool is a round brush, whose outline is drawn at the cursor. */
  readonly isRound = $derived(this.tool === 'brush' || this.tool === 'erase');
  readonly canUndo = $derived(this.done.length > 0);
  readonly canRedo = $derived(this.undone.length > 0);
  readonly isEmpty = $derived(this.strokes.length === 0 && this.live === null);
  private readonly latest = $derived(this.answers.latest?.comparison === this.comparison ? this.answers.latest : null);
  /** The answer to the newest edit that was answered, and its strokes. */
  readonly answer = $derived(this.latest?.answer ?? null);
  readonly answered = $derived<readonly Stroke[]>(this.latest?.strokes ?? []);
  /** Strokes that the shown answer does not contain yet: drawn as outlines meanwhile. */
  readonly pending = $derived.by<readonly Stroke[]>(() => {
    const all = this.live ? [...this.strokes, this.live] : this.strokes;
    return all.filter((stroke, i) => this.answered[i] !== stroke);
  });
  /** Whether the answer is that to the strokes on the screen. */
  readonly isAnswered = $derived(this.latest !== null && this.pending.length === 0 && this.answered.length === this.strokes.length);
  readonly openEdit = $derived(this.saved.list.find(({ id }) => id === this.open) ?? null);
  /** Whether the images are shown before the edit. */
  readonly showsBefore = $derived(overlay.peek);

  /** Shows the edits of a comparison, its draft first. */
  async show(comparison: string): Promise<void> {
    if (comparison === this.comparison) return;
    this.delayed.flush();
    this.comparison = comparison;
    this.reset([], null);
    this.saved.clear();
    this.answers.clear();
    await this.load();
  }

  /** Loads the edits; no stroke begins before that. */
  private async load(): Promise<void> {
    const { comparison } = this;
    if (comparison === null) return;
    this.ready = false;
    try {
      const { draft } = await this.saved.load(comparison);
      if (this.comparison !== comparison) return;
      this.reset(draft, null);
      this.ready = true;
      this.ask();
    } catch (error) {
      if (this.comparison === comparison) this.answers.error = asAppError(error);
    }
  }

  /** Follows changes by other windows. Returns the unsubscribe function. */
  listen(): () => void {
    return api.on('changed', ({ what, id }) => {
      if (what === 'whatIfs' && id !== null && id === this.comparison) void this.follow(id);
    });
  }

  private async follow(comparison: string): Promise<void> {
    const before = this.changes;
    const isBusy = (): boolean => this.comparison !== comparison || this.changes !== before || this.saved.writing > 0 || this.live !== null;
    if (isBusy() || this.isDirty) return;
    const found = await api.call('whatIfs.list', { comparison }).catch(() => null);
    if (found === null || isBusy()) return;
    this.saved.list = found.saved;
    this.saved.draft = found.draft;
    const open = found.saved.find(({ id }) => id === this.open) ?? null;
    const strokes = open ? open.strokes : found.draft;
    if (JSON.stringify(strokes) === JSON.stringify(this.strokes)) return;
    this.reset(strokes, open ? open.id : null);
    this.ask();
  }

  private reset(strokes: readonly Stroke[], open: string | null): void {
    this.strokes = strokes;
    this.open = open;
    this.live = null;
    this.placing = false;
    this.done = [];
    this.undone = [];
    this.changes = 0;
    this.isDirty = false;
  }

  /** Opens a saved edit, or the draft. */
  openSaved(edit: WhatIf | null): void {
    this.delayed.flush();
    if (edit) this.reset(edit.strokes, edit.id);
    else this.reset(this.saved.draft, null);
    this.ask();
  }

  /** Begins a stroke at a position of image 0 or 1, whose size is in px. */
  begin(image: 0 | 1, position: Position, size: Size): void {
    this.confirm();
    if (!this.ready) return;
    if (this.strokes.length >= MAX_STROKES) return toast.info(`An edit has at most ${MAX_STROKES} strokes. Save it and begin another.`);
    if (countPoints(this.strokes) > MAX_ALL_POINTS - MAX_POINTS)
      return toast.info('This edit has as many points as can be stored. Save it and begin another.');
    const at = roundPosition(position);
    const radius = radiusFor(this.size / 100, size);
    if (this.tool === 'rectangle') this.live = { tool: 'rectangle', image, fill: this.fill, box: [...at, ...at] };
    else if (this.tool === 'lasso') this.live = { tool: 'lasso', image, fill: this.fill, points: [at] };
    else if (this.tool === 'brush') this.live = { tool: 'brush', image, fill: this.fill, radius, points: [at] };
    else this.live = { tool: 'erase', image, radius, points: [at] };
    this.ask(true);
  }

  /** Continues the stroke. `isEnd`: its last position. */
  move(position: Position, size: Size, isEnd = false): void {
    if (!this.live || this.placing) return;
    this.live = extendStroke(this.live, position, size, isEnd);
    if (isEnd) this.confirm();
    else this.ask(true);
  }

  /** Drops the stroke that is being drawn. */
  cancel(): void {
    if (!this.live) return;
    this.live = null;
    this.placing = false;
    this.ask();
  }

  /** Adds the stroke that is being drawn to the edit. */
  confirm(): void {
    const stroke = this.live;
    this.live = null;
    this.placing = false;
    if (stroke && isVisible(stroke)) this.change([...this.strokes, stroke]);
    else if (stroke) this.ask();
  }

  /** For the keyboard: a dot of the brush or eraser, or a rectangle that arrow keys move and resize until `confirm`. */
  place(image: 0 | 1, [u, v]: Position, size: Size): void {
    if (this.tool === 'brush' || this.tool === 'erase') {
      this.begin(image, [u, v], size);
      this.confirm();
      return;
    }
    this.confirm();
    if (!this.ready) return;
    const [left, top] = [Math.min(1 - PLACED, Math.max(0, u - PLACED / 2)), Math.min(1 - PLACED, Math.max(0, v - PLACED / 2))];
    this.live = { tool: 'rectangle', image, fill: this.fill, box: [...roundPosition([left, top]), ...roundPosition([left + PLACED, top + PLACED])] };
    this.placing = true;
    this.ask(true);
  }

  nudge(by: Position, how: 'move' | 'resize'): void {
    if (!this.placing || this.live?.tool !== 'rectangle') return;
    this.live = nudgeRectangle(this.live, by, how);
    this.ask(true);
  }

  undo(): void {
    if (this.live) return this.cancel();
    const before = this.done.at(-1);
    if (before) this.restore(before, this.done.slice(0, -1), [...this.undone, this.strokes]);
  }

  redo(): void {
    const after = this.undone.at(-1);
    if (after && !this.live) this.restore(after, [...this.done, this.strokes], this.undone.slice(0, -1));
  }

  /** Removes all strokes; can be undone. */
  clear(): void {
    this.cancel();
    if (this.strokes.length > 0) this.change([]);
  }

  resize(step: 1 | -1): void {
    const next = Math.round(this.size * (step > 0 ? 1.25 : 0.8)) || 1;
    this.size = Math.min(SIZES.max, Math.max(SIZES.min, next === this.size ? next + step : next));
  }

  /** Saves the draft as an edit of the comparison. */
  async save(note: string): Promise<void> {
    this.confirm();
    const { comparison, strokes } = this;
    if (comparison === null || strokes.length === 0) return;
    this.delayed.flush(); // stored as the draft if saving fails or the page is closed meanwhile
    try {
      const { id } = await this.saved.add(comparison, strokes, note);
      if (this.comparison !== comparison || this.open !== null) return;
      this.open = id;
      this.isDirty = this.strokes !== strokes;
      if (this.isDirty) this.delayed.schedule();
    } catch (error) {
      if (asAppError(error).code !== 'cancelled') toast.error(error, { text: 'Try again', run: () => this.save(note) });
    }
  }

  async remove(edit: WhatIf, name: string): Promise<void> {
    const { comparison } = this;
    if (this.open === edit.id) this.delayed.flush();
    await this.saved
      .remove(edit, name, async () => {
        if (comparison !== null && this.comparison === comparison) await this.saved.load(comparison);
      })
      .catch((error: unknown) => toast.error(error));
    if (this.open === edit.id) this.openSaved(null);
  }

  /** After a failure. */
  retry(): void {
    if (this.ready) this.ask();
    else void this.load();
  }

  private change(strokes: readonly Stroke[]): void {
    this.restore(strokes, [...this.done, this.strokes], []);
  }

  private restore(strokes: readonly Stroke[], done: readonly (readonly Stroke[])[], undone: readonly (readonly Stroke[])[]): void {
    this.strokes = strokes;
    this.done = done;
    this.undone = undone;
    this.changes++;
    this.isDirty = true;
    this.delayed.schedule();
    this.ask();
  }

  /** Asks the network. `isDrawing`: at most every ASK_MS, because the end of the stroke asks anyway. */
  private ask(isDrawing = false): void {
    const now = performance.now();
    if (this.comparison === null || (isDrawing && now - this.asked < ASK_MS)) return;
    this.asked = now;
    const strokes = this.live && isVisible(this.live) ? [...this.strokes, this.live] : this.strokes;
    this.answers.ask({ comparison: this.comparison, strokes });
  }

  private store(): void {
    const { comparison, strokes, open } = this;
    if (comparison === null) return;
    this.isDirty = false;
    if (open === null) void this.saved.putDraft(comparison, strokes);
    else if (strokes.length > 0) void this.saved.update(comparison, open, strokes); // an edit without strokes is deleted by its button only
  }
}

export const editor = new Editor();
