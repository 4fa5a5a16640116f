/** An image of the mean colour of another, rounded to 8 bit: [pixels, 3]. */
export function meanColour(image: Uint8Array): Uint8Array {
  const sums = [0, 0, 0];
  image.forEach((value, i) => (sums[i % 3]! += value));
  const mean = sums.map((sum) => Math.round(sum / (image.length / 3)));
  return Uint8Array.from(image, (_, i) => mean[i % 3]!);
}
