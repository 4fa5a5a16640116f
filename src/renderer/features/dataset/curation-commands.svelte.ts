import type { CuratedImage } from '../../../shared/curation.ts';
import { byNaturalOrder } from '../../../shared/natural-order.ts';
import { images } from './images.svelte.ts';

type CommandDialog = 'relabel' | 'tag';

const distinct = (texts: readonly string[]): string[] => texts.filter((text, i) => texts.indexOf(text) === i).sort(byNaturalOrder);

/** Actions on the selected images, for buttons and keys. */
export class CurationCommands {
  /** The open dialog, if any. */
  dialog = $state<CommandDialog | null>(null);
  private readonly targetRows = $derived(images.targets.map((id) => images.row(id)).filter((row): row is CuratedImage => row !== undefined));
  /** Action of the X key: includes if all selected images are excluded, else excludes. */
  readonly exclusionAction = $derived<'exclude' | 'include'>(
    this.targetRows.length > 0 && this.targetRows.every((image) => image.excluded) ? 'include' : 'exclude',
  );
  /** Tags of any selected image. */
  readonly tags = $derived(distinct(this.targetRows.flatMap((image) => image.tags)));
  readonly classes = $derived(images.counts?.classes.map(({ className, included }) => ({ name: className, images: included })) ?? []);
  readonly allTags = $derived(images.counts?.tags.map(({ tag, images: n }) => ({ name: tag, images: n })) ?? []);

  toggleExcluded(): void {
    if (images.targets.length > 0) void images.apply({ kind: this.exclusionAction, ids: images.targets });
  }

  openDialog(dialog: CommandDialog): void {
    if (images.targets.length > 0) this.dialog = dialog;
  }

  submit(name: string): void {
    const ids = images.targets;
    if (this.dialog === 'relabel') void images.apply({ kind: 'relabel', ids, className: name });
    else void images.apply({ kind: 'tag', ids, tag: name });
  }

  removeTag(tag: string): void {
    void images.apply({ kind: 'untag', ids: images.targets, tag });
  }

  /** Handles a curation shortcut outside text fields. Returns whether the key was one. */
  onkey(event: KeyboardEvent): boolean {
    if (event.altKey || (event.target as Element).closest('input, textarea, select, [role="dialog"], [role="menu"]')) return false;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === 'z') void (event.shiftKey ? images.redo() : images.undo());
      else if (key === 'y') void images.redo();
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
