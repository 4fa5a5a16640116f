/** While the space bar is held, dragging pans the images instead of drawing. */
class PanKey {
  isDown = $state(false);

  /** Returns whether the key press was the space bar on the images or the page, so that it must not scroll or press a button. */
  press({ key, target }: Pick<KeyboardEvent, 'key' | 'target'>): boolean {
    if (key !== ' ' || !(target instanceof Element) || target.closest('button, input, textarea, select, a, [role="radio"]')) return false;
    this.isDown = true;
    return true;
  }

  release(): void {
    this.isDown = false;
  }
}

export const panKey = new PanKey();
