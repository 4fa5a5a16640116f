import { api } from './api.ts';
import { workbench } from './workbench.svelte.ts';
import { pathPicker } from './path-picker.svelte.ts';

/** Opens the system's dialog in the desktop window and our own in a browser: the folder is on the computer running Twinlens. */
export function chooseFolder(title: string): Promise<string | null> {
  return isDesktop() ? api.call('shell.chooseFolder', { title }) : pathPicker.open({ kind: 'folder', title });
}

/** The path of one image file. */
export async function chooseImage(title: string): Promise<string | null> {
  if (isDesktop()) return api.call('shell.chooseImage', { title });
  const file = await pathPicker.open({ kind: 'image', title });
  if (file !== null) await api.call('files.choose', { file });
  return file;
}

/** Path of a new file; `name` is the suggested name, `extension` has no dot. */
export function chooseSave(title: string, name: string, extension: string): Promise<string | null> {
  return isDesktop() ? api.call('shell.chooseSave', { title, name, extension }) : pathPicker.open({ kind: 'save', title, name, extension });
}

/** Whether files can be shown in the system's file manager. */
export const canReveal = (): boolean => isDesktop();

export const reveal = (path: string): Promise<null> => api.call('shell.reveal', { path });

const isDesktop = (): boolean => workbench.info?.door === 'electron';
