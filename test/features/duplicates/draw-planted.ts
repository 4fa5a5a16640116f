import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { randomFor } from '../../../src/shared/random.ts';

const SIDE = 64;

/** Soft coloured blocks of 4 px. */
function drawn(seed: number): Sharp {
  const random = randomFor(seed, 'drawn');
  const cells = SIDE / 4;
  const data = Uint8Array.from({ length: cells * cells * 3 }, () => random.below(256));
  return sharp(data, { raw: { width: cells, height: cells, channels: 3 } }).resize(SIDE, SIDE, { kernel: 'cubic' });
}

/** Ten pictures in two classes; of three of them an edit each: mirrored, in the other class; brighter, in the test split; turned and cropped. */
export async function drawPlanted(root: string): Promise<void> {
  const write = async (file: string, image: Sharp): Promise<void> => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    await image.png().toFile(join(root, file));
  };
  for (let i = 0; i < 10; i++) await write(`${i < 6 ? 'train' : i < 8 ? 'valid' : 'test'}/${i % 2 === 0 ? 'even' : 'odd'}/${i}.png`, drawn(i));
  const pixels = async (i: number): Promise<Sharp> => sharp(await drawn(i).png().toBuffer());
  await write('train/odd/mirrored.png', (await pixels(0)).flop());
  await write('test/odd/brighter.png', (await pixels(1)).linear(1.1, 10));
  const turned = await (await pixels(2)).rotate(4).png().toBuffer();
  await write('train/even/cropped.png', sharp(turned).extract({ left: 8, top: 10, width: 48, height: 48 }));
}
