import { hcl } from 'd3-color';
import type { Random } from '../../../shared/random.ts';

/** Generates the tiles of the sample data set as SVG. Deterministic: every number comes from a Random. */

/** In px of the image; x and y are the upper left corner. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export const SAMPLE_SIZE = 160; // px

/** A number for SVG, with at most two decimals. */
const n2 = (x: number): string => String(Math.round(x * 100) / 100);
const points = (list: readonly (readonly [number, number])[]): string => list.map(([x, y]) => `${n2(x)},${n2(y)}`).join(' ');
const pick = <T>(items: readonly T[], random: Random): T => items[random.below(items.length)]!;
const tone = (h: number, c: number, l: number): string => hcl(h, c, l).formatHex();
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Fills a square of side `s` centred at 0,0 with marks of one colour. Marks may extend beyond the square; the plate clips them. */
type Texture = (s: number, ink: string, random: Random) => string;

/** Marks on a square lattice of the given pitch, randomly shifted so that the marks have no fixed position. */
function lattice(s: number, pitch: number, random: Random, mark: (x: number, y: number, i: number, j: number) => string): string {
  const [dx, dy] = [random.between(0, pitch), random.between(0, pitch)];
  const reach = Math.ceil((s * 0.8) / pitch);
  let out = '';
  for (let i = -reach; i <= reach; i++) {
    for (let j = -reach; j <= reach; j++) out += mark(i * pitch + dx, j * pitch + dy, i, j);
  }
  return out;
}

/** Class name -> texture of its motif. Classes differ only in shape and texture, not in colour, size or position. */
export const TEXTURES = {
  checks: (s, ink, random) => {
    const cell = s / 6;
    return lattice(s, cell, random, (x, y, i, j) =>
      (i + j) % 2 === 0 ? `<rect x="${n2(x)}" y="${n2(y)}" width="${n2(cell)}" height="${n2(cell)}" fill="${ink}"/>` : '',
    );
  },
  crosses: (s, ink, random) => {
    const pitch = s / 3.8;
    const [arm, thick] = [pitch * 0.36, pitch * 0.13];
    return lattice(s, pitch, random, (x, y) => {
      const bar = (w: number, h: number): string => `M${n2(x - w)} ${n2(y - h)}h${n2(2 * w)}v${n2(2 * h)}h${n2(-2 * w)}z`;
      return `<path d="${bar(arm, thick)}${bar(thick, arm)}" fill="${ink}"/>`;
    });
  },
  dots: (s, ink, random) => {
    const pitch = s / 4.4;
    return lattice(s, pitch, random, (x, y) => `<circle cx="${n2(x)}" cy="${n2(y)}" r="${n2(pitch * 0.31)}" fill="${ink}"/>`);
  },
  rings: (s, ink, random) => {
    const step = s / 9;
    const [x, y] = [random.between(-0.06, 0.06) * s, random.between(-0.06, 0.06) * s];
    return [1, 3, 5, 7, 9]
      .map((k) => `<circle cx="${n2(x)}" cy="${n2(y)}" r="${n2(k * step * 0.6)}" fill="none" stroke="${ink}" stroke-width="${n2(step * 0.6)}"/>`)
      .join('');
  },
  stripes: (s, ink, random) => {
    const pitch = s / 5;
    const shift = random.between(0, pitch);
    const bars = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4].map(
      (k) => `<rect x="${n2(-s)}" y="${n2(k * pitch + shift)}" width="${n2(2 * s)}" height="${n2(pitch / 2)}" fill="${ink}"/>`,
    );
    return `<g transform="rotate(${n2(random.between(0, 180))})">${bars.join('')}</g>`;
  },
  sunburst: (s, ink, random) => {
    const rays = 9;
    const [x, y] = [random.between(-0.06, 0.06) * s, random.between(-0.06, 0.06) * s];
    const turn = random.between(0, 360);
    const at = (k: number): [number, number] => {
      const angle = radians(turn + (k * 180) / rays);
      return [x + s * Math.cos(angle), y + s * Math.sin(angle)];
    };
    return Array.from({ length: rays }, (_, k) => `<polygon points="${points([[x, y], at(2 * k), at(2 * k + 1)])}" fill="${ink}"/>`).join('');
  },
} satisfies Record<string, Texture>;

export type SampleClass = keyof typeof TEXTURES;
export const SAMPLE_CLASSES = Object.keys(TEXTURES) as SampleClass[];

/** A plate centred at 0,0 with the bounding box w x h, as an SVG start tag to which attributes can be appended. */
function drawPlate(side: number, angle: number, random: Random): { element: string; w: number; h: number } {
  switch (random.below(3)) {
    case 0:
      return { element: `<circle r="${n2(side / 2)}"`, w: side, h: side };
    case 1: {
      // Half the extent of a rotated square of side a with corner radius r is (a/2 - r)(|cos| + |sin|) + r; r = a/5 here.
      const spread = Math.abs(Math.cos(radians(angle))) + Math.abs(Math.sin(radians(angle)));
      const a = side / 2 / (0.3 * spread + 0.2);
      const element = `<rect x="${n2(-a / 2)}" y="${n2(-a / 2)}" width="${n2(a)}" height="${n2(a)}" rx="${n2(a / 5)}" transform="rotate(${n2(angle)})"`;
      return { element, w: side, h: side };
    }
    default: {
      const corners = Array.from({ length: 6 }, (_, k): [number, number] => {
        const at = radians(angle + 60 * k);
        return [(side / 2) * Math.cos(at), (side / 2) * Math.sin(at)];
      });
      const extent = (axis: 0 | 1): number => 2 * Math.max(...corners.map((c) => c[axis]));
      return { element: `<polygon points="${points(corners)}"`, w: extent(0), h: extent(1) };
    }
  }
}

/** Soft gradients, blobs, thin lines, speckle and small plain shapes, from the same distribution for every class. */
function drawClutter(random: Random): { defs: string; body: string } {
  const size = SAMPLE_SIZE;
  const hue = random.between(0, 360);
  const colour = (): string => tone(hue + random.normal() * 50, random.between(6, 34), random.between(38, 76));
  const randomPosition = (): number => random.between(-0.05, 1.05) * size;
  const turn = n2(random.between(0, 360));
  let defs = `<linearGradient id="ground" gradientTransform="rotate(${turn} .5 .5)"><stop stop-color="${colour()}"/><stop offset="1" stop-color="${colour()}"/></linearGradient>`;
  let body = `<rect width="${size}" height="${size}" fill="url(#ground)"/>`;
  const blobs = 4 + random.below(4);
  for (let k = 0; k < blobs; k++) {
    const c = colour();
    defs += `<radialGradient id="blob${k}"><stop stop-color="${c}" stop-opacity="${n2(random.between(0.5, 0.95))}"/><stop offset="1" stop-color="${c}" stop-opacity="0"/></radialGradient>`;
    body += `<ellipse cx="${n2(randomPosition())}" cy="${n2(randomPosition())}" rx="${n2(random.between(20, 70))}" ry="${n2(random.between(20, 70))}" fill="url(#blob${k})"/>`;
  }
  const shapes = 7 + random.below(6);
  for (let k = 0; k < shapes; k++) {
    const [x, y, r] = [randomPosition(), randomPosition(), random.between(3, 10)];
    const corners = 3 + random.below(3); // 5: a disc instead
    const start = random.between(0, 360);
    const fill = `fill="${colour()}" fill-opacity="${n2(random.between(0.55, 1))}"`;
    const corner = (i: number): [number, number] => {
      const at = radians(start + (360 * i) / corners);
      return [x + r * Math.cos(at), y + r * Math.sin(at)];
    };
    body +=
      corners === 5
        ? `<circle cx="${n2(x)}" cy="${n2(y)}" r="${n2(r)}" ${fill}/>`
        : `<polygon points="${points(Array.from({ length: corners }, (_, i) => corner(i)))}" ${fill}/>`;
  }
  const lines = 4 + random.below(5);
  for (let k = 0; k < lines; k++) {
    const path = `M${n2(randomPosition())} ${n2(randomPosition())}Q${n2(randomPosition())} ${n2(randomPosition())} ${n2(randomPosition())} ${n2(randomPosition())}`;
    body += `<path d="${path}" fill="none" stroke="${colour()}" stroke-width="${n2(random.between(0.6, 2.2))}" stroke-opacity="${n2(random.between(0.5, 0.95))}"/>`;
  }
  for (let k = 0; k < 70; k++) {
    const shade = random.below(2) === 0 ? '#fff' : '#000';
    body += `<circle cx="${n2(randomPosition())}" cy="${n2(randomPosition())}" r="${n2(random.between(0.4, 1.3))}" fill="${shade}" fill-opacity="${n2(random.between(0.12, 0.4))}"/>`;
  }
  return { defs, body };
}

/**
 * One tile: clutter, and on it a plate with the class's texture. Returns the SVG and the plate's bounding box (10-20 % of the
 * image). The group `motif` contains everything that depends on the class.
 */
export function drawTile(className: SampleClass, random: Random): { svg: string; box: Box } {
  const size = SAMPLE_SIZE;
  const ground = drawClutter(random);
  const side = random.between(0.335, 0.445) * size;
  const angle = random.between(-20, 20);
  const outline = drawPlate(side, angle, random);
  const margin = 4;
  const [cx, cy] = [
    random.between(margin + outline.w / 2, size - margin - outline.w / 2),
    random.between(margin + outline.h / 2, size - margin - outline.h / 2),
  ];
  const light = tone(random.between(0, 360), random.between(4, 26), random.between(88, 95));
  const dark = tone(random.between(0, 360), random.between(22, 52), random.between(20, 36));
  const [base, ink] = pick([0, 1], random) === 0 ? [light, dark] : [dark, light];
  const rim = size * 0.016;
  const defs =
    ground.defs +
    `<clipPath id="plate">${outline.element}/></clipPath>` +
    `<linearGradient id="gloss" x2=".6" y2="1"><stop stop-color="#fff" stop-opacity=".26"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".14"/></linearGradient>`;
  const motif =
    `<g id="motif" transform="translate(${n2(cx)} ${n2(cy)})"><g clip-path="url(#plate)">${outline.element} fill="${base}"/>` +
    `<g transform="rotate(${n2(angle)})">${TEXTURES[className](side, ink, random)}</g>` +
    `${outline.element} fill="url(#gloss)" stroke="${ink}" stroke-width="${n2(2 * rim)}"/></g></g>`;
  return {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><defs>${defs}</defs>${ground.body}${motif}</svg>`,
    box: { x: cx - outline.w / 2, y: cy - outline.h / 2, w: outline.w, h: outline.h },
  };
}
