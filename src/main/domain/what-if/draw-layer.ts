interface Photo {
  data: Uint8Array; // [height, width, 3]
  width: number; // px
  height: number;
}

/** A photograph with a layer [size, size, 4] on top, which is stretched over it bilinearly: [height, width, 3]. Alpha is not premultiplied. */
export function drawLayer({ data, width, height }: Photo, layer: Uint8Array, size: number): Uint8Array {
  const out = data.slice();
  const [across, down] = [taps(width, size), taps(height, size)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = [0, 0, 0];
      let alpha = 0;
      for (const [row, weightY] of down[y]!) {
        for (const [column, weightX] of across[x]!) {
          const from = 4 * (row * size + column);
          const weight = (weightX * weightY * layer[from + 3]!) / 255;
          if (weight === 0) continue;
          alpha += weight;
          for (let c = 0; c < 3; c++) colour[c]! += weight * layer[from + c]!;
        }
      }
      if (alpha === 0) continue;
      const at = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) out[at + c] = Math.round(colour[c]! + (1 - alpha) * data[at + c]!);
    }
  }
  return out;
}

type Tap = [position: number, weight: number];

/** For each of `length` pixels the two nearest of `size` and their weights. Centres of pixels are at halves. */
const taps = (length: number, size: number): Tap[][] =>
  Array.from({ length }, (_, i) => {
    const at = Math.min(size - 1, Math.max(0, ((i + 0.5) / length) * size - 0.5));
    const [low, part] = [Math.floor(at), at - Math.floor(at)];
    return part === 0 ? [[low, 1]] : [[low, 1 - part], [low + 1, part]]; // prettier-ignore
  });
