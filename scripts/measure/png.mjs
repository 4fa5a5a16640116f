import { Buffer } from 'node:buffer';
import { crc32, deflateSync } from 'node:zlib';

/** A chunk of a PNG file. @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** A square RGB image: tone and bright mark depend on its number. @param {number} number @param {number} side px */
export function noisyPng(number, side) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8); // bits, RGB
  const rows = Buffer.alloc(side * (1 + 3 * side));
  let state = (number + 1) * 2654435761;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const at = y * (1 + 3 * side) + 1 + 3 * x;
      const lit = Math.abs(x - (number % side)) + Math.abs(y - (Math.floor(number / side) % side)) < 6 ? 120 : 0;
      rows.set([((number * 37) % 100) + lit, ((number * 11) % 100) + lit, ((number * 53) % 100) + (state >>> 27)], at);
    }
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
