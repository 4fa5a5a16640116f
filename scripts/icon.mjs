// Draws resources/icon.png from resources/icon.svg: run it after the drawing has changed. electron-builder makes the rest of it.
import path from 'node:path';
import sharp from 'sharp';

const resources = path.resolve(import.meta.dirname, '..', 'resources');
const SIDE = 1024; // px, what electron-builder asks for

await sharp(path.join(resources, 'icon.svg'))
  .resize(SIDE, SIDE)
  .png({ compressionLevel: 9, palette: true, colours: 256 })
  .toFile(path.join(resources, 'icon.png'));
