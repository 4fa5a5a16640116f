import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { explain } from '../../../src/main/compute/explain/explain.ts';
import { writeBase, writeBest } from '../../../src/main/compute/model/checkpoint.ts';
import type { ExplainResult } from '../../../src/main/compute/protocol/protocol.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import { layerNames, siameseParams } from '../../../src/main/nn/siamese.ts';
import { randomFor } from '../../../src/shared/random.ts';
import type { RunConfig } from '../../../src/shared/run.ts';
import { someConfig } from '../../db/records.ts';
import { folderForTests } from '../images/files.ts';

/** Explanations of extreme images by path, with a network with random weights. */

const { folder, put } = folderForTests();
const config: RunConfig = { ...someConfig, size: 64 };
const network = join(folder, 'network');
writeBase(network, config, new Map());
writeBest(network, config, initialTensors(siameseParams({ backbone: 'compact', flavour: 'torch', size: 64, dim: 2 }), 5));

function explainFiles(
  files: [string, string],
  signal = new AbortController().signal,
  out = mkdtempSync(join(folder, 'out ')),
): Promise<ExplainResult> {
  const model = { folder: network, config, sha256: null, epochs: 1 };
  return explain(
    {
      ...{ model, modelSha256: null, files, sha256: [null, null], method: 'path', layer: layerNames('compact').at(-1)! },
      ...{ target: 'verdict', threshold: 0.5, folder: out },
    },
    { signal, progress: () => undefined },
  );
}

/** Random pixels in squares of 8 px, so that compression and resizing leave a pattern. */
function pattern(seed: number, width = 96, height = 64): Sharp {
  const random = randomFor(seed, 'pattern');
  const [columns, rows] = [width / 8, height / 8];
  const squares = Uint8Array.from({ length: columns * rows * 3 }, () => random.below(256));
  return sharp(squares, { raw: { width: columns, height: rows, channels: 3 } }).resize(width, height, { kernel: 'nearest' });
}
const plain = (width: number, height: number, colour: string): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
const patternFile = async (seed: number): Promise<string> => put(`pattern-${seed}.png`, await pattern(seed).png().toBuffer());

/** Expects finite maps, in which the cells of each image add up to what it contributes to the distance. */
function expectSound({ distance, images, signed }: ExplainResult): void {
  expect(distance).toBeGreaterThanOrEqual(0);
  images.forEach(({ mapWidth, mapHeight, completeness }, i) => {
    const map = signed[i]!;
    expect(map).toHaveLength(mapWidth * mapHeight);
    expect(map.every(Number.isFinite)).toBe(true);
    const contribution = distance - completeness!.baseline;
    expect(completeness!.sum).toBeCloseTo(
      map.reduce((total, value) => total + value, 0),
      5,
    );
    expect(Math.abs(completeness!.sum - contribution)).toBeLessThan(1e-4 * Math.max(1, distance, completeness!.baseline));
  });
}

describe('path explains', () => {
  test.each([
    ['1 × 1 px', 1, 1, '#c02040'],
    ['1 × 20,000 px', 1, 20_000, '#c02040'],
    ['20,000 × 1 px', 20_000, 1, '#c02040'],
    ['black', 40, 30, '#000000'],
  ])('an image that is %s beside another one, in both orders', async (name, width, height, colour) => {
    const file = await put(`${name}.png`, await plain(width, height, colour));
    const other = await patternFile(1);
    const result = await explainFiles([file, other]);
    expectSound(result);
    expect(result.distance).toBeGreaterThan(0);
    expect(result.scale).toBeGreaterThan(0);
    expect(result.images[0]).toMatchObject({ width, height });
    const swapped = await explainFiles([other, file]);
    expect(swapped.distance).toBeCloseTo(result.distance, 6);
    swapped.signed.forEach((map, i) => map.forEach((value, at) => expect(value).toBeCloseTo(result.signed[1 - i]![at]!, 5)));
  });

  test.each([
    [
      'two black images of other sizes',
      async () => [await put('k1.png', await plain(40, 30, '#000')), await put('k2.png', await plain(9, 70, '#000'))],
    ],
    ['identical files', async () => [await patternFile(2), await put('copy.png', await pattern(2).png().toBuffer())]],
  ])('%s as identical, with maps that state so or add up to the distance of almost 0', async (_, files) => {
    const result = await explainFiles((await files()) as [string, string]);
    expectSound(result);
    expect(result.distance).toBeLessThan(1e-3);
    expect(result.verdict).toBe('same');
    expect(result.signed[0]).toEqual(result.signed[1]);
  });

  test('copies that only an EXIF orientation turns with the maps of upright ones, which turn with the image', async () => {
    const other = await patternFile(4);
    const upright = await explainFiles([await patternFile(3), other]);
    // Stored a quarter turn to the left; the orientation turns it back.
    const stored = await pattern(3).png().toBuffer();
    const turned = await sharp(await sharp(stored).rotate(270).png().toBuffer())
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const result = await explainFiles([await put('turned.png', turned), other]);
    expect(result.images[0]).toMatchObject({ width: 96, height: 64 });
    expect(result.signed).toEqual(upright.signed);
    expect(result.distance).toBe(upright.distance);
    // Without the orientation it is another image, so the test fails if it is ignored.
    const lying = await explainFiles([await put('lying.png', await sharp(stored).rotate(270).png().toBuffer()), other]);
    expect(lying.signed[0]).not.toEqual(upright.signed[0]);
  });

  test('nothing after a cancel while it runs: it ends as cancelled, without files, and the next one is complete', async () => {
    const files: [string, string] = [await patternFile(5), await patternFile(6)];
    const whole = await explainFiles(files);
    const out = mkdtempSync(join(folder, 'cancelled '));
    const controller = new AbortController();
    const explanation = explainFiles(files, controller.signal, out);
    setImmediate(() => controller.abort()); // while the images are decoded
    await expect(explanation).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(out)).toEqual([]);
    expect((await explainFiles(files)).signed).toEqual(whole.signed);
  });
});
