// Measures the search for duplicates among many images: `node scripts/measure-duplicate-search.mjs [--images 100000]`. Signatures are random, one in a
// hundred is a slightly changed copy of another, and each image has ten random neighbours within reach for one in a hundred, as candidates to align.
// Prints seconds of hashing, of the search by hashes and of aligning, and the peak of memory. Reading the stored rows comes on top.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Aligner } from '../src/main/domain/duplicates/align.ts';
import { hashPairs } from '../src/main/domain/duplicates/hash-pairs.ts';
import { perceptualHash } from '../src/main/domain/duplicates/perceptual-hash.ts';
import { SIGNATURE_BYTES } from '../src/main/domain/duplicates/signature.ts';
import { randomFor } from '../src/shared/random.ts';

const { values } = parseArgs({ options: { images: { type: 'string', default: '100000' } } });
const n = Number(values.images);
const random = randomFor(1, 'duplicate-search');
const noise = Uint8Array.from({ length: 1 << 20 }, () => random.below(256));
const signatures = new Uint8Array(n * SIGNATURE_BYTES);
for (let i = 0; i < n; i++) {
  const own = signatures.subarray(i * SIGNATURE_BYTES, (i + 1) * SIGNATURE_BYTES);
  if (i % 100 === 99) own.set(signatures.subarray((i - 1) * SIGNATURE_BYTES, i * SIGNATURE_BYTES));
  else own.set(noise.subarray(...[random.below(noise.length - SIGNATURE_BYTES)].flatMap((start) => [start, start + SIGNATURE_BYTES])));
  if (i % 100 === 99) for (let k = 0; k < SIGNATURE_BYTES; k += 7) own[k] = Math.min(255, (own[k] ?? 0) + 9);
}
let began = performance.now();
const lap = (/** @type {string} */ title, /** @type {string} */ found) => {
  console.log(`| ${title} | ${((performance.now() - began) / 1000).toFixed(2)} s | ${found} |`);
  began = performance.now();
};
const hashes = Array.from({ length: n }, (_, i) => perceptualHash(signatures.subarray(i * SIGNATURE_BYTES, (i + 1) * SIGNATURE_BYTES)));
lap('hashing', `${n} images`);
const near = hashPairs(hashes);
lap('pairs by hash', `${near.length / 2} pairs`);
const others = Array.from({ length: n / 100 }, (_, i) =>
  Array.from({ length: 10 }, () => [100 * i, Math.min(n - 1, 100 * i + 1 + random.below(99))]),
).flat(2);
const pairs = Int32Array.from([...near, ...others]);
const steps = new Aligner(signatures).alignAll(pairs);
let step = steps.next();
while (!step.done) step = steps.next();
lap('aligning', `${step.value.filter(({ score }) => score >= 0.9).length} of ${pairs.length / 2} candidates`);
console.log(`Peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB.`);
