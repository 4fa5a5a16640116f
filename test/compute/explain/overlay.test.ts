import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePhoto, type RgbImage } from '../../../src/main/compute/images/images.ts';
import { paintOverlay, type OverlayRequest } from '../../../src/main/compute/explain/overlay.ts';
import { adjustPhoto, type PhotoLook } from '../../../src/shared/maps/paint.ts';
import { folderForTests } from '../images/files.ts';

const { put } = folderForTests();

async function pixelsOf(png: Buffer): Promise<RgbImage> {
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return await decodePhoto(await put('painted.png', png), 4096);
}

const at = ({ data, width }: RgbImage, x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
const plain = (width: number, height: number, colour: readonly number[]): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!),
});

const GREY = { darkening: 0.18, desaturation: 1 };
const COLOUR = { darkening: 0.18, desaturation: 0 };
const adjusted = (photo: RgbImage, look: PhotoLook): RgbImage => ({ ...photo, data: adjustPhoto(photo.data, look) });
const W = 560;
const H = 560;
const request = (over: Partial<OverlayRequest> = {}): OverlayRequest => ({
  photo: plain(W, H, [128, 128, 128]),
  map: new Float32Array(49),
  mapWidth: 7,
  mapHeight: 7,
  scale: 1,
  scaleOf: 'run',
  kind: 'factual',
  emptyText: null,
  weakText: null,
  title: 'Factual',
  ...over,
});
const oneHot = (cell: number, value = 1): Float32Array => new Float32Array(49).map((_, i) => (i === cell ? value : 0));
const NO_CONTOUR = { contourShare: null, look: GREY };

describe('the painted overlay', () => {
  it('of a photograph that was painted before is like the first of it', async () => {
    const photo = plain(W, H, [200, 40, 90]);
    await paintOverlay(request({ photo, map: oneHot(24) }));
    const second = request({ photo, map: oneHot(3), kind: 'counterfactual' });
    const fresh = await paintOverlay({ ...second, photo: { ...photo } });
    expect((await paintOverlay(second)).equals(fresh)).toBe(true);
  });

  it('of a map that fails its check is grey, without contour, and says why', async () => {
    const photo = plain(W, H, [200, 40, 90]);
    const map = oneHot(24);
    const paint = async (failureText: string | null): Promise<RgbImage> =>
      pixelsOf(await paintOverlay(request({ photo, map, kind: 'counterfactual', failureText }), { look: COLOUR }));
    const failed = await paint('Greyed: it should raise the distance, but lowers it.');
    const passed = await paint(null); // not at the same time: pixelsOf writes to one file
    const isGrey = (image: RgbImage, x: number, y: number): boolean => new Set(at(image, x, y)).size === 1;
    for (const [x, y] of [
      [1, 1],
      [280, 280],
      [320, 250],
    ] as const) {
      expect(isGrey(failed, x, y)).toBe(true);
      expect(isGrey(passed, x, y)).toBe(false);
    }
    const whites = ({ data }: RgbImage): number => data.subarray(0, W * H * 3).filter((value) => value > 245).length;
    expect(whites(failed)).toBe(0); // no dashes
    expect(whites(passed)).toBeGreaterThan(0);
  });

  it('colours exactly the area of the map’s cell: warm for the verdict, cool against it', async () => {
    const [cx, cy] = [2, 4];
    for (const kind of ['factual', 'counterfactual'] as const) {
      const painted = await pixelsOf(await paintOverlay(request({ map: oneHot(cy * 7 + cx), kind }), NO_CONTOUR));
      expect(painted.width).toBe(W);
      expect(painted.height).toBeGreaterThan(H);
      const [r, , b] = at(painted, (cx + 0.5) * 80, (cy + 0.5) * 80) as [number, number, number];
      if (kind === 'factual') expect(r - b).toBeGreaterThan(120);
      else expect(b - r).toBeGreaterThan(100);
      // Bilinear paint reaches one cell beyond the cell's own centre and no further.
      const grey = at(painted, 1, 1);
      expect(new Set(grey).size).toBe(1);
      let coloured = 0;
      for (let y = 0; y < H; y++) {
        for (let x = 0; x < W; x++) {
          const [pr, pg, pb] = at(painted, x, y) as [number, number, number];
          if (pr === pg && pg === pb) continue;
          coloured++;
          expect(Math.abs((x + 0.5) / 80 - (cx + 0.5))).toBeLessThan(1);
          expect(Math.abs((y + 0.5) / 80 - (cy + 0.5))).toBeLessThan(1);
        }
      }
      expect(coloured).toBeGreaterThan(0.8 * 160 * 160);
    }
  });

  it('paints a cell where its placement says: the first cell of a network with padding on all sides is at the corner', async () => {
    const axis = { first: 0, step: 1 / 7 };
    const corner = async (placement: OverlayRequest['placement']): Promise<number> => {
      const [r, , b] = at(await pixelsOf(await paintOverlay(request({ map: oneHot(0), placement }), NO_CONTOUR)), 60, 60) as [number, number, number];
      return r - b;
    };
    // Three quarters of a cell from its centre in both directions, and a quarter.
    expect(await corner(undefined)).toBeGreaterThan((await corner({ across: axis, down: axis })) + 50);
  });

  it('paints value / scale: the same map is fainter under a larger scale', async () => {
    const colourAt = async (value: number, scale: number): Promise<number[]> => {
      const painted = await pixelsOf(await paintOverlay(request({ map: new Float32Array(49).fill(value), scale }), NO_CONTOUR));
      return at(painted, 280, 280);
    };
    const strength = ([r, , b]: number[]): number => r! - b!;
    const [full, half, tenth] = [await colourAt(1, 1), await colourAt(1, 2), await colourAt(1, 10)];
    expect(strength(full)).toBeGreaterThan(strength(half) + 20);
    expect(strength(half)).toBeGreaterThan(strength(tenth) + 20);
    expect(strength(tenth)).toBeGreaterThan(5);
    expect(await colourAt(3, 6)).toEqual(half); // only value / scale counts
    expect(await colourAt(7, 1)).toEqual(full); // values beyond the scale are clamped
  });

  it('can desaturate the photograph, so that a warm map shows on a warm photograph', async () => {
    const orange = plain(W, H, [250, 160, 40]);
    const grey = adjusted(orange, GREY);
    expect(new Set(grey.data).size).toBe(1);
    expect(grey.data[0]).toBeLessThan(0.2126 * 250 + 0.7152 * 160 + 0.0722 * 40);
    const painted = await pixelsOf(await paintOverlay(request({ photo: orange, map: oneHot(24) }), NO_CONTOUR));
    const [r, , b] = at(painted, 280, 280) as [number, number, number];
    const [r0, , b0] = at(painted, 20, 20) as [number, number, number];
    expect(r0 - b0).toBe(0);
    expect(r - b).toBeGreaterThan(120);
    const dimmed = adjusted(orange, COLOUR);
    expect([...dimmed.data.subarray(0, 3)]).toEqual([205, 131, 33]); // 0.82 of each channel
  });

  it('keeps the channel order: without desaturation a red photograph stays red', async () => {
    const painted = await pixelsOf(await paintOverlay(request({ photo: plain(W, H, [200, 20, 60]) }), { ...NO_CONTOUR, look: COLOUR }));
    expect(at(painted, 100, 100)).toEqual([164, 16, 49]);
  });

  it.each([
    ['a zero map', { map: new Float32Array(49), scale: 1 }],
    ['a scale of zero', { map: new Float32Array(49), scale: 0 }],
    ['a map without a scale', { map: oneHot(3), scale: 0 }],
    ['NaN values', { map: new Float32Array(49).fill(Number.NaN), scale: Number.NaN }],
  ])('%s leaves the plain photograph, with the reason', async (_, over) => {
    const emptyText = 'Nothing in this image supports the verdict at this layer: its factual map is empty.';
    const photo = plain(W, H, [90, 140, 200]);
    const painted = await pixelsOf(await paintOverlay(request({ photo, ...over, emptyText }), { look: GREY }));
    expect(Buffer.from(painted.data.subarray(0, W * H * 3)).equals(Buffer.from(adjusted(photo, GREY).data))).toBe(true);
    const other = await pixelsOf(await paintOverlay(request({ photo, ...over, emptyText: 'No.' }), { look: GREY }));
    expect(Buffer.from(other.data).equals(Buffer.from(painted.data))).toBe(false); // the words are drawn
  });

  it('draws a dashed contour around the strongest fifth of the area, and none without a share or around a weak map', async () => {
    const map = Float32Array.from({ length: 49 }, (_, i) => Math.exp(-(((i % 7) - 3) ** 2 + (Math.floor(i / 7) - 3) ** 2) / 3));
    const [with90, without] = [
      await pixelsOf(await paintOverlay(request({ map }), { look: GREY })),
      await pixelsOf(await paintOverlay(request({ map }), NO_CONTOUR)),
    ];
    const radii: number[] = [];
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++) {
        const changed = at(with90, x, y).some((v, c) => Math.abs(v - at(without, x, y)[c]!) > 40);
        if (changed) radii.push(Math.hypot(x + 0.5 - W / 2, y + 0.5 - H / 2));
      }
    }
    const expected = Math.sqrt((0.2 * W * H) / Math.PI); // a circle of a fifth of the image's area
    expect(radii.length).toBeGreaterThan(300);
    expect(Math.min(...radii)).toBeGreaterThan(0.88 * expected);
    expect(Math.max(...radii)).toBeLessThan(1.12 * expected);
    const weak = await pixelsOf(await paintOverlay(request({ map, weakText: 'Weak evidence.' }), { look: GREY }));
    expect(Buffer.from(weak.data.subarray(0, W * H * 3)).equals(Buffer.from(without.data.subarray(0, W * H * 3)))).toBe(true);
  });

  it('enlarges small photographs to a readable size, and pads very narrow ones at the sides', async () => {
    const small = await pixelsOf(await paintOverlay(request({ photo: plain(160, 160, [90, 90, 90]) })));
    expect(small.width).toBe(512);
    const narrow = await pixelsOf(await paintOverlay(request({ photo: plain(40, 1024, [200, 200, 200]), map: oneHot(24) }), { look: GREY }));
    expect(narrow.width).toBe(256);
    expect(at(narrow, 128, 20)).toEqual([164, 164, 164]);
    expect(at(narrow, 20, 20)[0]).toBeLessThan(40);
  });
});

const roses = path.resolve('..', 'shared', 'data', 'flowers', 'Rose');
it.skipIf(!existsSync(roses))(
  'real roses under a warm map differ clearly from the same roses without (skipped where ../shared/data is absent)',
  async () => {
    for (const name of (await readdir(roses)).sort().slice(0, 4)) {
      const photo = await decodePhoto(path.join(roses, name), 600);
      const map = Float32Array.from({ length: 49 }, (_, i) => (i === 24 ? 1 : 0));
      const painted = await pixelsOf(await paintOverlay(request({ photo, map }), NO_CONTOUR));
      const height = Math.round((photo.height * painted.width) / photo.width);
      const [r, , b] = at(painted, painted.width >> 1, height >> 1) as [number, number, number];
      expect(r - b).toBeGreaterThan(100);
      const [r0, g0, b0] = at(painted, 5, 5) as [number, number, number];
      expect(Math.max(r0, g0, b0) - Math.min(r0, g0, b0)).toBeLessThanOrEqual(1);
    }
  },
);
