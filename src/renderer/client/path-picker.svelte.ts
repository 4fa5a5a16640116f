export type PickerRequest =
  { kind: 'folder'; title: string } | { kind: 'image'; title: string } | { kind: 'save'; title: string; name: string; extension: string };

/** The question for a folder or file that the picker dialog shows, one at a time. */
class PathPickerState {
  request = $state.raw<PickerRequest | null>(null);
  private answer: ((path: string | null) => void) | null = null;

  /** The chosen path; null where she closed the dialog. */
  ask(request: PickerRequest): Promise<string | null> {
    this.settle(null);
    this.request = request;
    return new Promise((resolve) => (this.answer = resolve));
  }

  settle(path: string | null): void {
    this.request = null;
    this.answer?.(path);
    this.answer = null;
  }
}

export const pathPicker = new PathPickerState();
