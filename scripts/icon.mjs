// Draws resources/icon.png from resources/icon.svg. Run it after a change of the SVG. electron-builder makes the other formats from the PNG.
import path from 'node:path';
import sharp from 'sharp';

const resources = path.resolve(import.meta.dirname, '..', 'resources');
const SIDE = 1024; // px, required by electron-builder

await sharp(path.join(resources, 'icon.svg'))
  .resize(SIDE, SIDE)
  .png({ compressionLevel: 9, palette: true, colours: 256 })
  .toFile(path.join(resources, 'icon.png'));
