import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ComputeHost } from '../../../src/main/compute/host/compute-host.ts';
import { PreviewService } from '../../../src/main/features/media/preview-service.ts';
import { makePng, temporaryFolder } from '../dataset/png-files.ts';

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The service on a real compute process, with a list of the files it decodes. */
function kit(): { previews: PreviewService; folder: string; decoded: string[] } {
  const folder = temporaryFolder();
  const host = new ComputeHost(join(import.meta.dirname, '..', '..', '..', 'dist', 'main', 'compute.cjs'));
  onTestFinished(() => host.end());
  const decoded: string[] = [];
  const counting = {
    ask: ((call: 'preview', args: { file: string; sha256: string | null; sampleBits: number | null; longest: number; out: string }) => {
      decoded.push(args.file);
      return host.ask(call, args);
    }) as ComputeHost['ask'],
  };
  return {
    previews: new PreviewService(
      counting,
      { thumb: join(folder, 'thumbs'), image: join(folder, 'previews') },
      { use: () => undefined, add: () => undefined },
    ),
    folder,
    decoded,
  };
}

function pngIn(folder: string, name: string, width: number, height: number): { file: string; sha256: string } {
  const bytes = makePng(name, width, height);
  const file = join(folder, `${name}.png`);
  writeFileSync(file, bytes);
  return { file, sha256: sha256Of(bytes) };
}

/** Size in px from a baseline JPEG's frame header. */
function jpegSize(path: string): [number, number] {
  const bytes = readFileSync(path);
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    if ([0xc0, 0xc1, 0xc2].includes(bytes[at + 1]!)) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
  }
  throw new Error('no frame');
}

describe('previews', () => {
  test('keep the aspect ratio, are never enlarged, and are named by the hash of their content', async () => {
    const { previews, folder } = kit();
    const { file, sha256 } = pngIn(folder, 'wide', 640, 160);
    const thumb = await previews.imagePreview(file, { sha256, sampleBits: null }, 'thumb');
    expect(thumb).toBe(join(folder, 'thumbs', sha256.slice(0, 2), `${sha256}-2.jpg`));
    expect(jpegSize(thumb)).toEqual([320, 80]);
    expect(jpegSize(await previews.imagePreview(file, { sha256, sampleBits: null }, 'image'))).toEqual([640, 160]);
    expect(jpegSize(await previews.filePreview(file, 'thumb'))).toEqual([320, 80]);
  });

  test('are made once for any number of requests, and outlast the file', async () => {
    const { previews, folder, decoded } = kit();
    const { file, sha256 } = pngIn(folder, 'one', 30, 40);
    const paths = await Promise.all(Array.from({ length: 8 }, () => previews.imagePreview(file, { sha256, sampleBits: null }, 'thumb')));
    expect(new Set(paths).size).toBe(1);
    expect(decoded).toHaveLength(1);
    rmSync(file);
    expect(await previews.imagePreview(file, { sha256, sampleBits: null }, 'thumb')).toBe(paths[0]);
    expect(decoded).toHaveLength(1);
  });

  test.each([
    ['with one bit flipped', (jpeg: Buffer) => jpeg.map((byte, i) => (i === jpeg.length >> 1 ? byte ^ 1 : byte))],
    ['cut short', (jpeg: Buffer) => jpeg.subarray(0, -40)],
    ['emptied', (jpeg: Buffer) => jpeg.subarray(0, 0)],
    ['of an earlier version, without a checksum', (jpeg: Buffer) => Buffer.concat([jpeg.subarray(0, -19), jpeg.subarray(-2)])],
  ])('%s are made again', async (_, damage) => {
    const { previews, folder, decoded } = kit();
    const { file, sha256 } = pngIn(folder, 'one', 300, 400);
    const path = await previews.imagePreview(file, { sha256, sampleBits: null }, 'thumb');
    const good = readFileSync(path);
    expect((await sharp(good, { failOn: 'warning' }).stats()).isOpaque).toBe(true);
    writeFileSync(path, damage(good));
    expect(await previews.imagePreview(file, { sha256, sampleBits: null }, 'thumb')).toBe(path);
    expect(readFileSync(path).equals(good)).toBe(true);
    expect(decoded).toHaveLength(2);
  });

  test('replaced by the intact picture of another image are made again', async () => {
    const { previews, folder } = kit();
    const [one, two] = [pngIn(folder, 'one', 300, 400), pngIn(folder, 'two', 200, 400)];
    const path = await previews.imagePreview(one.file, { sha256: one.sha256, sampleBits: null }, 'thumb');
    const other = await previews.imagePreview(two.file, { sha256: two.sha256, sampleBits: null }, 'thumb');
    const good = readFileSync(path);
    writeFileSync(path, readFileSync(other));
    await previews.imagePreview(one.file, { sha256: one.sha256, sampleBits: null }, 'thumb');
    expect(readFileSync(path).equals(good)).toBe(true);
  });

  test('of a changed, missing or damaged file are refused with a sentence, and nothing is stored', async () => {
    const { previews, folder } = kit();
    const { file, sha256 } = pngIn(folder, 'one', 30, 40);
    writeFileSync(file, makePng('another', 30, 40));
    await expect(previews.imagePreview(file, { sha256, sampleBits: null }, 'thumb')).rejects.toMatchObject({
      code: 'bad-image',
      message: expect.stringMatching(/changed since it was imported/) as string,
    });
    rmSync(file);
    await expect(previews.imagePreview(file, { sha256, sampleBits: null }, 'thumb')).rejects.toMatchObject({ code: 'not-found' });
    await expect(previews.filePreview(file, 'image')).rejects.toMatchObject({ code: 'not-found' });
    writeFileSync(file, 'text');
    await expect(previews.filePreview(file, 'image')).rejects.toMatchObject({ code: 'bad-image' });
    expect(existsSync(join(folder, 'thumbs'))).toBe(false);
  });

  test('run newest first, and tasks without waiters are dropped', async () => {
    const { previews, folder, decoded } = kit();
    const images = Array.from({ length: 12 }, (_, i) => pngIn(folder, `p${i}`, 20, 20));
    const controllers = images.map(() => new AbortController());
    const ends = images.map(({ file, sha256 }, i) =>
      previews.imagePreview(file, { sha256, sampleBits: null }, 'thumb', controllers[i]!.signal).then(
        () => i,
        (error: { code: string }) => error.code,
      ),
    );
    for (const i of [4, 5, 6, 7]) controllers[i]!.abort();
    const answers = await Promise.all(ends);
    expect(answers.filter((answer) => answer === 'cancelled')).toHaveLength(4);
    expect(answers.slice(4, 8)).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled']);
    const order = decoded.map((file) => Number(/p(\d+)\.png$/.exec(file)![1]));
    expect(order).toHaveLength(8);
    expect(order.indexOf(11)).toBeLessThan(order.lastIndexOf(8) + 1);
    const queued = order.filter((i) => i >= 8);
    expect(queued).toEqual([...queued].sort((a, b) => b - a));
    expect(readdirSync(join(folder, 'thumbs')).length).toBeGreaterThan(0);
  });
});
