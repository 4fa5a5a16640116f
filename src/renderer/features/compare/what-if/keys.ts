import { editor, TOOLS, type Tool } from './editor.svelte.ts';

export const TOOL_KEYS: Record<Tool, string> = { brush: 'B', rectangle: 'R', lasso: 'L', erase: 'E' };

interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** Does what a key asks for while the images are edited. `typing`: the focus is in a text field. Returns whether the key had a meaning. */
export function editByKey({ key: pressed, ctrlKey, metaKey, altKey, shiftKey }: KeyPress, typing: boolean): boolean {
  if (typing || altKey) return false;
  const key = pressed.toLowerCase();
  if (ctrlKey || metaKey) {
    if (key === 'z') return act(() => (shiftKey ? editor.redo() : editor.undo()));
    return key === 'y' && act(() => editor.redo());
  }
  const tool = TOOLS.find((name) => TOOL_KEYS[name].toLowerCase() === key);
  if (tool) return act(() => (editor.tool = tool));
  if (key === '[' || key === ']') return act(() => editor.resize(key === ']' ? 1 : -1));
  return false;
}

function act(work: () => unknown): true {
  work();
  return true;
}
