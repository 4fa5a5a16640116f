/** [n] 1 for each row whose image is in `found`. `ids` [n] and `found` are image ids, ascending. */
export function allowedRows(ids: Int32Array, found: ArrayLike<number>): Uint8Array {
  const mask = new Uint8Array(ids.length);
  for (let row = 0, at = 0; row < ids.length && at < found.length;) {
    if (ids[row]! < found[at]!) row++;
    else if (ids[row]! > found[at]!) at++;
    else {
      mask[row++] = 1;
      at++;
    }
  }
  return mask;
}

/** The row of an image by binary search in the ascending `ids`; null if it has none. */
export function rowOfImage(ids: Int32Array, image: number): number | null {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle]! < image) low = middle + 1;
    else high = middle;
  }
  return ids[low] === image ? low : null;
}
