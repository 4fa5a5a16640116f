import { join } from 'node:path';

const EXTENSIONS = new Set(['jpg', 'jpeg', 'png', 'webp', 'avif', 'tif', 'tiff', 'gif']);

/** The extension in lower case without the dot; '' without extension. */
export const extensionOf = (name: string): string => /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';

/** Whether the extension is that of a supported image format: jpg jpeg png webp avif tif tiff gif, in any case. */
export const hasImageExtension = (name: string): boolean => EXTENSIONS.has(extensionOf(name));

/** The absolute path of a file of a data set. */
export const absoluteFile = (root: string, file: string): string => join(root, ...file.split('/'));
