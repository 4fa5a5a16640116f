import type { Judgement } from '../../../shared/comparison.ts';
import type { CuratedImage, CurationEdit } from '../../../shared/curation.ts';
import { fileName } from '../../../shared/format.ts';
import { CurationCommands, type CurationView } from '../../client/curation/commands.svelte.ts';
import { Curator } from '../../client/curation/curator.svelte.ts';
import { showImages } from '../../client/image-set.ts';
import { go } from '../../client/route.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';
import { compare, type Letter } from './compare.svelte.ts';
import { REPAIR_KEYS, type RepairAction } from './keys.ts';
import { queue } from './queue.svelte.ts';
import { entryOf } from './repair.ts';
import { viewport } from './viewport.svelte.ts';

/** Edits of the data set from Compare, for one image of the pair at a time. After an exclusion or a relabel a queue goes on with its next pair. */
class PairRepair implements CurationView {
  curator = $state.raw<Curator | null>(null);
  /** The image that an action applies to. */
  letter = $state<Letter>('a');
  /** Whether the question is open which label is wrong. */
  asking = $state(false);
  readonly commands = new CurationCommands(this);

  /** Follows a data set until the returned function is called. */
  open(dataset: string): () => void {
    const curator = (this.curator = new Curator(dataset));
    return () => {
      curator.close();
      if (this.curator === curator) this.curator = null;
      this.commands.dialog = null;
      this.asking = false;
    };
  }

  /** Id of an image in the data set of the run; null if it has none, or only an excluded copy. */
  idOf(letter: Letter): number | null {
    const ref = compare.stored ? null : compare.refs[letter];
    if (ref && 'id' in ref) return ref.dataset === this.curator?.dataset ? ref.id : null;
    const image = compare.main.current?.row.images[letter === 'a' ? 0 : 1];
    return image ? (entryOf(image)?.id ?? null) : null;
  }

  /** The image as it is in the data set now; undefined until it is loaded, and for an image outside the data set. */
  rowOf(letter: Letter): CuratedImage | undefined {
    const id = this.idOf(letter);
    return id === null ? undefined : this.curator?.row(id);
  }

  /** Starts an action on `letter`; default: the image under the pointer, else the one with the focus. */
  start(action: RepairAction, letter = pointedLetter()): void {
    if (letter === null) return toast.info(`Point at image A or B, then press ${REPAIR_KEYS[action]}.`);
    if (compare.main.status !== 'ready') return; // the screen still shows the pair before
    this.letter = letter;
    if (this.idOf(letter) === null) return toast.info(`Image ${letter.toUpperCase()} is not in the data set, so there is nothing to change.`);
    if (action === 'exclude') this.commands.toggleExcluded();
    else this.commands.openDialog(action);
  }

  /** A person judges the shown pair: that a label is wrong leads to a relabel, unless the judgement is taken back. */
  askForLabel(judgement: Judgement): void {
    const { current } = compare.main;
    const inDataset = (['a', 'b'] as const).some((letter) => this.idOf(letter) !== null);
    this.asking = judgement === 'wrong-label' && current !== null && current.row.judgement !== judgement && inDataset;
  }

  findSimilar(letter: Letter): void {
    const id = this.idOf(letter);
    const file = compare.main.current?.row.images[letter === 'a' ? 0 : 1].file;
    go('explore', { dataset: this.curator?.dataset, tab: 'similar', ...(id === null ? { file } : { image: String(id) }) });
  }

  showInImages(letter: Letter): void {
    const id = this.idOf(letter);
    if (id !== null && this.curator) showImages({ dataset: this.curator.dataset, title: `image ${letter.toUpperCase()} of the pair`, ids: [id] });
  }

  /** "image A, rose.jpg" */
  get subject(): string {
    const row = this.rowOf(this.letter);
    return `image ${this.letter.toUpperCase()}${row ? `, ${fileName(row.file)}` : ''}`;
  }

  get targets(): readonly number[] {
    const id = this.idOf(this.letter);
    return id === null ? [] : [id];
  }
  get counts() {
    return this.curator?.counts ?? null;
  }
  get canUndo(): boolean {
    return this.curator?.canUndo ?? false;
  }
  get canRedo(): boolean {
    return this.curator?.canRedo ?? false;
  }
  get undoText(): string | null {
    return this.curator?.undoText ?? null;
  }
  get redoText(): string | null {
    return this.curator?.redoText ?? null;
  }
  row(id: number): CuratedImage | undefined {
    return this.curator?.row(id);
  }
  async undo(): Promise<void> {
    await this.curator?.undo();
  }
  async redo(): Promise<void> {
    await this.curator?.redo();
  }
  async apply(edit: CurationEdit): Promise<void> {
    const applied = this.curator?.apply(edit);
    if (edit.kind === 'exclude' || edit.kind === 'relabel') queue.move(1);
    await applied;
  }
}

function pointedLetter(): Letter | null {
  if (viewport.cursor) return viewport.cursor.over;
  const letter = document.activeElement?.closest<HTMLElement>('[data-image]')?.dataset['image'];
  return letter === 'a' || letter === 'b' ? letter : null;
}

export const pairRepair = new PairRepair();
