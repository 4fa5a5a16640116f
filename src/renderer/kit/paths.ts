import { countNoun } from '../../shared/format.ts';

/** Paths are those of the computer running Twinlens; the browser may be on another system. */
const separatorOf = (folder: string): '/' | '\\' => (/^([A-Za-z]:|\\\\)/.test(folder) ? '\\' : '/');

/** `folder` and a name inside it. */
export function joinPath(folder: string, name: string): string {
  const separator = separatorOf(folder);
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

/** Path of a file in a folder. `file`: with '/' between folders. */
export const filePath = (folder: string, file: string): string => joinPath(folder, file.replaceAll('/', separatorOf(folder)));

/** The folder and all above it, outermost first. */
export function breadcrumbs(folder: string): { name: string; folder: string }[] {
  const separator = separatorOf(folder);
  const parts = folder.split(separator).filter((part) => part !== '');
  const root = separator === '/' ? [{ name: '/', folder: '/' }] : [];
  const prefix = folder.startsWith('\\\\') ? '\\\\' : separator === '/' ? '/' : '';
  return [
    ...root,
    ...parts.map((name, i) => {
      const path = prefix + parts.slice(0, i + 1).join(separator);
      return { name, folder: /^[A-Za-z]:$/.test(path) ? `${path}\\` : path };
    }),
  ];
}

/** A typed file name with the required extension; null if it is not a valid name. */
export function withExtension(text: string, extension: string): string | null {
  if (text === '' || /[/\\]/.test(text)) return null;
  return text.toLowerCase().endsWith(`.${extension}`) ? text : `${text}.${extension}`;
}

/** "12 folders, 1 image directly inside". */
export function contentsText({ folders, images }: { folders: readonly string[]; images: number }): string {
  return `${countNoun(folders.length, 'folder')}, ${countNoun(images, 'image')} directly inside`;
}
