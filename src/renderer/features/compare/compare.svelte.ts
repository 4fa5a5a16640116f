import { type Judgement, TARGETS } from '../../../shared/comparison.ts';
import type { ImageRef } from '../../../shared/contract.ts';
import type { CurationEdit } from '../../../shared/curation.ts';
import { type MapChoice, type MethodName, methodInfo, methodsOf } from '../../../shared/explanation-methods.ts';
import { api } from '../../client/api.ts';
import { type DraggedImages, slotsAfterDrop } from '../../client/dragged-images.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { Annotations, type Notes } from './annotations.ts';
import { formatRef, parseRef } from './image-ref.ts';
import { clearExplanations, type ExplainRequest } from './explanation-cache.ts';
import { Explanation } from './explanation.svelte.ts';
import { overlay } from './overlay-settings.svelte.ts';
import { route } from '../../client/route.svelte.ts';
import { runs } from '../../client/runs.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';
import type { RunRow } from '../../../shared/run.ts';

export type Letter = 'a' | 'b';

/** A method by its name, if it suits the network of a run. */
const methodOf = (run: RunRow | null, name: string | undefined): MethodName | undefined => methodsOf(run?.config ?? {}).find((one) => one === name);

/** State of the compare view: the pair in its route and their explanation. */
class Compare {
  readonly main = new Explanation();
  readonly other = new Explanation(); // the same pair with another run
  /** Number of writes in progress, for "Saving…". */
  saving = $state(0);
  private readonly annotations = new Annotations(
    (row) => this.main.replace(row),
    (change) => (this.saving += change),
  );

  /** The id of the stored comparison in the route, if any. */
  readonly stored = $derived(route.params['c'] ?? null);
  readonly run = $derived.by<RunRow | null>(() => {
    const id = this.stored ? this.main.current?.row.run : route.params['run'];
    return id ? runs.byId(id) : runs.current;
  });
  readonly target = $derived((this.stored ? this.main.current?.row.target : TARGETS.find((name) => name === route.params['target'])) ?? 'verdict');
  /** Method and layer of the maps, without those that are left to their defaults. */
  readonly maps = $derived.by<MapChoice>(() => {
    const row = this.stored ? this.main.current?.row : null;
    const method = row ? row.method : methodOf(this.run, route.params['method']);
    const layer = row ? (methodInfo(row.method).hasLayers ? row.layer : null) : route.params['layer'];
    return { ...(method && { method }), ...(layer && { layer }) };
  });
  readonly refs = $derived.by<Record<Letter, ImageRef | null>>(() => {
    const row = this.stored ? this.main.current?.row : null;
    if (row) return { a: { file: row.images[0].file }, b: { file: row.images[1].file } };
    return { a: parseRef(route.params['a']), b: parseRef(route.params['b']) };
  });
  readonly request = $derived.by<ExplainRequest | null>(() => {
    if (this.stored) return { comparison: this.stored };
    const { a, b } = { a: parseRef(route.params['a']), b: parseRef(route.params['b']) };
    const run = this.run;
    if (!a || !b || !run || run.calibration === null) return null;
    return { run: run.run, a, b, target: this.target, ...this.maps };
  });
  /** Another run that explains the same pair: of the same data set, since only these are comparable. */
  readonly otherRuns = $derived(
    runs.list.filter((run) => run.run !== this.run?.run && run.dataset === this.run?.dataset && run.calibration !== null && !run.outdated),
  );
  readonly otherRun = $derived(this.otherRuns.find(({ run }) => run === route.params['other']) ?? null);
  readonly otherRequest = $derived.by<ExplainRequest | null>(() => {
    const { a, b } = this.refs;
    const run = this.otherRun;
    const method = methodOf(run, this.maps.method); // its layers are those of another network
    return a && b && run?.calibration ? { run: run.run, a, b, target: this.target, ...(method && { method }) } : null;
  });

  /** Changes the route, unless the person has left the view; a changed stored comparison becomes an unsaved pair. */
  change(changes: Record<string, string | null>): void {
    if (route.view !== 'compare') return;
    const row = this.stored ? this.main.current?.row : null;
    const before = row
      ? { c: null, run: row.run, a: formatRef(this.refs.a), b: formatRef(this.refs.b), target: row.target, method: null, layer: null, ...this.maps }
      : {};
    route.set({ ...before, ...changes });
  }

  /** Compares the pair again with the run's present threshold. A stored comparison stays as it is. */
  updateVerdict(): void {
    clearExplanations();
    if (this.stored) this.change({});
    else void this.main.retry(this.request);
  }

  /** The person chose another data set or run in the sidebar. A stored comparison stays. */
  followSidebar(dataset: string | null, run: string | null): void {
    if (this.stored) return;
    const fits = (ref: ImageRef | null): boolean => ref === null || 'file' in ref || ref.dataset === dataset;
    const { a, b } = this.refs;
    const changes: Record<string, string | null> = route.params['run'] === run ? {} : { run: null };
    if (route.params['queue'] !== undefined || !fits(a) || !fits(b)) Object.assign(changes, { queue: null, n: null, other: null });
    if (!fits(a)) changes['a'] = null;
    if (!fits(b)) changes['b'] = null;
    route.set(changes);
  }

  put(letter: Letter, ref: ImageRef | null): void {
    this.change({ [letter]: formatRef(ref), n: null, queue: null });
  }

  swap(): void {
    this.change({ a: formatRef(this.refs.b), b: formatRef(this.refs.a) });
  }

  /** Dropped files: the first goes into the slot, a second into the other. */
  async putFiles(letter: Letter, files: readonly File[]): Promise<void> {
    try {
      const refs = await Promise.all(files.slice(0, 2).map(async (file) => formatRef({ file: await api.fileFor(file) })));
      this.change({ [letter]: refs[0]!, ...(refs[1] && { [letter === 'a' ? 'b' : 'a']: refs[1] }), n: null, queue: null });
    } catch (error) {
      toast.error(error);
    }
  }

  /** Images dragged from a grid: the first goes into the slot, a second into the other. */
  putImages(letter: Letter, images: DraggedImages): void {
    const next = slotsAfterDrop({ a: null, b: null }, letter, images);
    if (next === null) return toast.info('A comparison needs two images. Drag one or two.');
    const refs = Object.entries(next).flatMap(([slot, image]) => (image ? [[slot, formatRef(image)] as const] : []));
    this.change({ ...Object.fromEntries(refs), n: null, queue: null });
  }

  /** `row`: the comparison as shown; default: the one on the screen. Saving also stores the scale in which it is shown. */
  async annotate(notes: Notes, shown = this.main.current?.row): Promise<void> {
    let row = shown;
    try {
      row ??= (await this.main.pending())?.row;
    } catch (error) {
      return toast.error(error); // the person may have gone on to another pair
    }
    if (row) await this.annotations.annotate(row, row.saved ? notes : { ...notes, shownScale: overlay.scaleFor(row) });
  }

  /**
   * Reads the classes of the shown images again, now and whenever a data set changes, and what is computed for them later: check, flip test and
   * the figures of redrawn networks. Returns the unsubscribe function.
   */
  listen(): () => void {
    this.refresh();
    const stop = jobs.onEnd(({ kind, status }) => {
      if (kind === 'randomise' && status === 'done') this.refresh();
    });
    const stopChanges = api.on('changed', ({ what, id }) => {
      if (what === 'datasets') this.refresh();
      if (what === 'comparisons' && id !== null)
        for (const shown of [this.main, this.other]) shown.addResults(id).catch((error: unknown) => toast.error(error));
    });
    return () => {
      stop();
      stopChanges();
    };
  }

  private refresh(): void {
    clearExplanations();
    for (const shown of [this.main, this.other]) shown.refresh().catch((error: unknown) => toast.error(error));
  }

  /** Edits the data set and offers to undo it. */
  async curate(dataset: string, edit: CurationEdit): Promise<void> {
    try {
      const { canUndo, undoPosition } = await api.call('curation.apply', { dataset, edit });
      this.refresh();
      if (undoPosition === null) return;
      toast.undoable(canUndo!, async () => {
        await api.call('curation.undo', { dataset, position: undoPosition });
        this.refresh();
      });
    } catch (error) {
      toast.error(error);
    }
  }

  /** Repeating the current judgement clears it. A judgement of a pair that is still loading is stored once it is loaded. */
  judge(judgement: Judgement): Promise<void> {
    return this.annotate({ judgement: this.main.current?.row.judgement === judgement ? null : judgement });
  }

  save(): Promise<void> {
    return this.annotate({ saved: true });
  }

  async remove(): Promise<void> {
    const row = this.main.current?.row;
    if (row) await this.annotations.remove(row);
  }
}

export const compare = new Compare();
