import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ComputeHost } from '../../src/main/compute/host/compute-host.ts';
import { asAppError } from '../../src/shared/errors.ts';
import { drawFormats, mutate } from './drawings.mjs';
import { ROOT } from './program.mjs';
import { randomFor } from '../../src/shared/random.ts';

const BATCH = 25; // images of a case
const HANG_MS = 10_000; // for a batch of tiny images

/**
 * Changed copies of small images in every format, read by the built compute process as an import and a report read them. Many
 * images are decoded at the same time, and many batches by one process.
 *
 * Held means for an image:
 * - the process runs and answers within 10 s;
 * - `inspect` gives a reason or the image's hashes, size and facts, and a second time the same;
 * - what `inspect` accepts, `pageImages` decodes, and what it refuses, `pageImages` refuses as 'bad-image'.
 * @type {import('./runner.mjs').Part}
 */
export const images = {
  name: 'images',
  about: 'damaged images in every format',
  cases: 800,
  async prepare({ folder, seed }) {
    const originals = await drawFormats(randomFor(seed, 'campaign', 'originals'));
    const compute = new ComputeHost(path.join(ROOT, 'dist', 'main', 'compute.cjs'));
    return {
      end: () => compute.end(),
      async attempt(number, random, tally) {
        const own = path.join(folder, `${number}`);
        mkdirSync(own);
        const files = Array.from({ length: BATCH }, (_, i) => {
          const original = originals[random.below(originals.length)];
          if (!original) throw new Error('no image');
          let bytes = mutate(original.bytes, random);
          while (random.below(3) === 0) bytes = mutate(bytes, random);
          const file = path.join(own, `${i}-${original.name}`);
          writeFileSync(file, bytes);
          return file;
        });
        const first = await withinLimit(compute.ask('inspect', { files }));
        const second = await withinLimit(compute.ask('inspect', { files: files.toReversed() })).then((answers) => answers.toReversed());
        for (const [i, file] of files.entries()) {
          const fault = faultOf(first[i], second[i], await decode(compute, file));
          if (fault) tally.lost(`${path.basename(file)}: ${fault}`);
          else tally.held();
        }
        rmSync(own, { recursive: true });
      },
    };
  },
};

/** @template T @param {Promise<T>} answer @returns {Promise<T>} */
async function withinLimit(answer) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${HANG_MS / 1000} s`)), HANG_MS);
  });
  try {
    return /** @type {T} */ (await Promise.race([answer, limit]));
  } finally {
    clearTimeout(timer);
  }
}

/** The code of the error, or null if the image was decoded. @param {ComputeHost} compute @param {string} file */
async function decode(compute, file) {
  try {
    await withinLimit(compute.ask('pageImages', { images: [{ photo: file, overlays: [] }], longest: 20, mime: 'image/webp' }));
    return null;
  } catch (error) {
    return asAppError(error).code;
  }
}

/**
 * @param {object | undefined} first @param {object | undefined} second answers of `inspect` @param {string | null} code of decoding
 * @returns {string | null}
 */
function faultOf(first, second, code) {
  if (JSON.stringify(first) !== JSON.stringify(second)) return `two reads differ: ${JSON.stringify(first)} and ${JSON.stringify(second)}`;
  if (!first) return 'no answer';
  const refused = 'error' in first;
  if (code !== null && code !== 'bad-image') return `decoding ends with ${code}`;
  if (refused && code === null) return `refused by inspect (${String(first.error)}) and decoded afterwards`;
  return !refused && code !== null ? 'accepted by inspect and refused afterwards' : null;
}
