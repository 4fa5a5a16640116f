import { api } from './api.ts';
import { workbench } from './workbench.svelte.ts';
import { pathPicker } from './path-picker.svelte.ts';

/** The system's dialog in the desktop window, our own in a browser: the folder is on the computer running Twinlens. */
export function chooseFolder(title: string): Promise<string | null> {
  return desktop() ? api.call('shell.chooseFolder', { title }) : pathPicker.ask({ kind: 'folder', title });
}

/** The path of one image file. */
export async function chooseImage(title: string): Promise<string | null> {
  if (desktop()) return api.call('shell.chooseImage', { title });
  const file = await pathPicker.ask({ kind: 'image', title });
  if (file !== null) await api.call('files.choose', { file });
  return file;
}

/** Path of a new file; `name` is the suggested name, `extension` has no dot. */
export function chooseSave(title: string, name: string, extension: string): Promise<string | null> {
  return desktop() ? api.call('shell.chooseSave', { title, name, extension }) : pathPicker.ask({ kind: 'save', title, name, extension });
}

/** Whether files can be shown in the system's file manager. */
export const canReveal = (): boolean => desktop();

export const reveal = (path: string): Promise<null> => api.call('shell.reveal', { path });

const desktop = (): boolean => workbench.info?.door === 'electron';
