import { crc32, deflateSync } from 'node:zlib';

export type Paint = (x: number, y: number) => readonly [r: number, g: number, b: number];

/** An 8-bit RGB PNG drawn pixel by pixel (PNG specification, third edition, sections 5 and 11). */
export function drawPng(width: number, height: number, paint: Paint): Buffer {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  let at = 0;
  for (let y = 0; y < height; y++) {
    at++; // filter 0: none
    for (let x = 0; x < width; x++) for (const channel of paint(x, y)) rows[at++] = Math.round(channel);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A chunk of a PNG file: length, type, data, CRC-32. */
export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A drawn flower: `petals` round a disc, in front of a grey ground. */
export function flower(width: number, height: number, petals: number): Paint {
  return (x, y) => {
    const [dx, dy] = [(x - width / 2) / (width / 2), (y - height / 2) / (height / 2)];
    const [radius, angle] = [Math.hypot(dx, dy), Math.atan2(dy, dx)];
    if (radius < 0.22) return [150, 140, 110];
    const edge = 0.5 + 0.3 * Math.abs(Math.cos((petals * angle) / 2));
    const shade = radius < edge ? 225 - 60 * radius : 60 + 25 * Math.sin(x / 9) * Math.cos(y / 13);
    return [shade, shade, shade * 0.98];
  };
}

/** `under` with a soft spot of colour at (cx, cy), 0..1 of the size. */
export function spot(under: Paint, width: number, height: number, [cx, cy]: [number, number], colour: readonly [number, number, number]): Paint {
  return (x, y) => {
    const share = 0.85 * Math.exp(-((x / width - cx) ** 2 + (y / height - cy) ** 2) / 0.02);
    const [r, g, b] = under(x, y);
    const mix = (below: number, above: number): number => below * (1 - share) + above * share;
    return [mix(r, colour[0]), mix(g, colour[1]), mix(b, colour[2])];
  };
}
