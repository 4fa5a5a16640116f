import type { CuratedImage, CurationEdit, DatasetCounts } from '../../../shared/curation.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';

type CommandDialog = 'relabel' | 'tag';

/** The edits of a data set that a view shows, and their undo. */
export interface CurationHistory {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly undoText: string | null; // what undo takes back, in words; null if that is not known yet
  readonly redoText: string | null;
  undo(): Promise<void>;
  redo(): Promise<void>;
}

/** What a view shows of a data set, for actions on its images. */
export interface CurationView extends CurationHistory {
  readonly targets: readonly number[]; // images that an action applies to
  readonly counts: DatasetCounts | null;
  row(id: number): CuratedImage | undefined;
  apply(edit: CurationEdit): Promise<void>;
}

const distinct = (texts: readonly string[]): string[] => texts.filter((text, i) => texts.indexOf(text) === i).sort(byNaturalOrder);

/** Actions on the selected images of a view, for buttons and keys: X excludes or includes, R relabels, T tags. */
export class CurationCommands {
  /** The open dialog, if any. */
  dialog = $state<CommandDialog | null>(null);
  readonly view: CurationView;
  private readonly targetRows = $derived.by(() => this.view.targets.flatMap((id) => this.view.row(id) ?? []));
  /** Action of the X key: includes if all selected images are excluded, else excludes. */
  readonly exclusionAction = $derived<'exclude' | 'include'>(
    this.targetRows.length > 0 && this.targetRows.every((image) => image.excluded) ? 'include' : 'exclude',
  );
  /** Tags of any selected image. */
  readonly tags = $derived(distinct(this.targetRows.flatMap((image) => image.tags)));
  readonly classes = $derived.by(() => this.view.counts?.classes.map(({ className, included }) => ({ name: className, images: included })) ?? []);
  readonly allTags = $derived.by(() => this.view.counts?.tags.map(({ tag, images: n }) => ({ name: tag, images: n })) ?? []);

  constructor(view: CurationView) {
    this.view = view;
  }

  get count(): number {
    return this.view.targets.length;
  }

  toggleExcluded(): void {
    if (this.count > 0) void this.view.apply({ kind: this.exclusionAction, ids: [...this.view.targets] });
  }

  openDialog(dialog: CommandDialog): void {
    if (this.count > 0) this.dialog = dialog;
  }

  submit(name: string): void {
    const ids = [...this.view.targets];
    if (this.dialog === 'relabel') void this.view.apply({ kind: 'relabel', ids, className: name });
    else void this.view.apply({ kind: 'tag', ids, tag: name });
  }

  removeTag(tag: string): void {
    void this.view.apply({ kind: 'untag', ids: [...this.view.targets], tag });
  }

  /** Handles a curation shortcut outside text fields. Returns whether the key was one. */
  onkey(event: KeyboardEvent): boolean {
    if (event.altKey || (event.target as Element).closest('input, textarea, select, [role="dialog"], [role="menu"]')) return false;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === 'z') void (event.shiftKey ? this.view.redo() : this.view.undo());
      else if (key === 'y') void this.view.redo();
      else return false;
      return true;
    }
    if (key === 'x') this.toggleExcluded();
    else if (key === 'r') this.openDialog('relabel');
    else if (key === 't') this.openDialog('tag');
    else return false;
    return true;
  }
}
