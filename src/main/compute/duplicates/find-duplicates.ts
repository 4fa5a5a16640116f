import { Aligner } from '../../domain/duplicates/align.ts';
import { hashPairs } from '../../domain/duplicates/hash-pairs.ts';
import { hammingDistance, type PerceptualHash, perceptualHash } from '../../domain/duplicates/perceptual-hash.ts';
import { SIGNATURE_BYTES } from '../../domain/duplicates/signature.ts';
import { SCORE_RANGE } from '../../../shared/duplicates.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { readSignatures } from '../content/content-rows.ts';
import { readNeighbours } from '../embeddings/open-embeddings.ts';
import { type DuplicatesRequest, type FoundDuplicates, PAIR_COLUMNS } from '../protocol/duplicates.ts';
import type { CallContext } from '../protocol/protocol.ts';

const NEAREST = 10; // neighbours of an image that are candidates
/** Largest 1 - cosine of a candidate. Grey edits had up to 0.51 on planted sets with MobileNetV2 0.35; unrelated vectors have about 1. */
const MAX_COSINE = 0.6;
const LEAST = SCORE_RANGE.least;

/**
 * Pairs of images that show one photograph.
 *
 *   exact: the same pixels (ImageRecord.content). Of each group the first image is linked with the others, and alone compared further.
 *   near:  candidates are pairs whose perceptual hashes differ in few bits (hash-pairs.ts), and each image's nearest NEAREST by its embedding. A
 *          candidate counts if the details of its best alignment correlate (align.ts), from SCORE_RANGE.least on.
 *
 * Throws AppError 'cancelled'; 'not-found' if the neighbours are gone.
 */
export async function findDuplicates(request: DuplicatesRequest, { signal, progress }: CallContext<'findDuplicates'>): Promise<FoundDuplicates> {
  const { content, embedded, ids } = request;
  const { measured, signatures, sharpness } = readSignatures(content);
  const firsts = firstsOfContents(content.images.contents);
  const rows: number[] = [];
  const add = (a: number, b: number, isExact: boolean, found: { score: number; mirrored: boolean }, bits: number, distance: number): void => {
    const [i, j] = content.images.ids[a]! < content.images.ids[b]! ? [a, b] : [b, a];
    const [idI, idJ] = [content.images.ids[i]!, content.images.ids[j]!];
    rows.push(idI, idJ, found.score, Number(isExact), Number(found.mirrored), bits, distance, sharpness[i]!, sharpness[j]!);
  };
  firsts.forEach((first, i) => first !== i && add(first, i, true, { score: 1, mirrored: false }, 0, 0));

  const used = Array.from(firsts.keys()).filter((i) => firsts[i] === i && measured[i] === 1);
  const hashes = used.map((i) => perceptualHash(signatures.subarray(i * SIGNATURE_BYTES, (i + 1) * SIGNATURE_BYTES)));
  await pause(signal);
  const distances = await candidates({ ids, embedded, content, firsts, used, hashes });
  const keys = Float64Array.from(distances.keys()).sort();
  const pairs = new Int32Array(2 * keys.length); // positions in the content's images
  keys.forEach((key, p) => pairs.set([used[Math.floor(key / used.length)]!, used[key % used.length]!], 2 * p));
  await pause(signal);
  const steps = new Aligner(signatures).alignAll(pairs);
  for (let step = steps.next(), last = performance.now(); ; step = steps.next()) {
    if (step.done) {
      step.value.forEach((found, p) => {
        if (found.score < LEAST) return;
        const key = keys[p]!;
        const [a, b] = [hashes[Math.floor(key / used.length)]!, hashes[key % used.length]!];
        add(pairs[2 * p]!, pairs[2 * p + 1]!, false, found, leastBits(a, b), distances.get(key)!);
      });
      return { pairs: Float32Array.from(rows), candidates: keys.length, compared: measured.reduce((sum, one) => sum + one, 0) };
    }
    if (performance.now() - last < 50) continue;
    last = performance.now();
    progress({ done: Math.round(1000 * step.value), total: 1000 });
    await pause(signal);
  }
}

/** Number of columns of a row of `FoundDuplicates.pairs`. */
export const PAIR_NUMBERS = PAIR_COLUMNS.length;

const leastBits = (a: PerceptualHash, b: PerceptualHash): number => Math.min(hammingDistance(a.plain, b.plain), hammingDistance(a.mirrored, b.plain));

/** Lets messages in, such as that the call is cancelled. */
async function pause(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  throwIfCancelled(signal);
}

/** For each image the first one with its pixels. `contents`: [n, 32]. */
function firstsOfContents(contents: Uint8Array): Int32Array {
  const seen = new Map<string, number>();
  const bytes = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
  return Int32Array.from({ length: contents.length / 32 }, (_, i) => {
    const content = bytes.toString('latin1', i * 32, (i + 1) * 32);
    const first = seen.get(content);
    if (first === undefined) seen.set(content, i);
    return first ?? i;
  });
}

interface Sought extends DuplicatesRequest {
  firsts: Int32Array;
  used: readonly number[]; // positions in the content's images
  hashes: readonly PerceptualHash[]; // of the used
}

/** Candidate pairs i < j of positions in `used`, as i * used.length + j, with the distance of their embeddings or NaN. */
async function candidates({ ids, embedded, content, firsts, used, hashes }: Sought): Promise<Map<number, number>> {
  const n = used.length;
  const found = new Map<number, number>();
  const near = hashPairs(hashes);
  for (let p = 0; p < near.length; p += 2) found.set(near[p]! * n + near[p + 1]!, NaN);
  const positionOf = new Map(used.map((i, position) => [i, position]));
  const imageOf = new Map(Array.from(content.images.ids, (id, i) => [id, i]));
  const unitOfRow = Int32Array.from(ids, (id) => positionOf.get(firsts[imageOf.get(id) ?? -1] ?? -1) ?? -1);
  const { k, positions, distances } = await readNeighbours(embedded);
  for (let row = 0; row < ids.length; row++) {
    const i = unitOfRow[row]!;
    if (i < 0) continue;
    for (let at = row * k, taken = 0; at < (row + 1) * k && taken < NEAREST; at++) {
      const j = unitOfRow[positions[at]!]!;
      const distance = distances[at]!;
      if (embedded.measure === 'cosine' && distance > MAX_COSINE) break;
      if (j < 0 || j === i) continue;
      taken++;
      found.set(Math.min(i, j) * n + Math.max(i, j), distance);
    }
  }
  return found;
}
