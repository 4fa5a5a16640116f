// Measures how well quality flags find flawed images: `node scripts/measure-quality.mjs [--seed N] [--sources A,B] [--originals N] [--flagged N] [--keep FOLDER] [--json FILE]`.
// Builds a set with known flaws (measure/planted-set.mjs), measures every image as the program does, and compares the flags at the default thresholds with
// the truth. The thresholds were chosen on seed 11, so that one is no test. `--keep`: a new folder for the images, which then stays, so that another program
// can be tried on the same files. `--json`: the flags of each file. Slightly blurred edits (sigma 0.9 to 1.6 px) count as not blurred.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { measureContent, readContent } from '../src/main/compute/content/content-rows.ts';
import { packImages } from '../src/main/domain/pairs/packed.ts';
import { contextOf, flagBits, flagsIn, QUALITY_FLAGS, QUALITY_INFO, thresholdsFor } from '../src/shared/quality.ts';
import { FLAG_WORDS } from '../src/shared/quality-words.ts';
import { DEFAULTS, plantSet } from './measure/planted-set.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '12' },
    sources: { type: 'string', default: DEFAULTS.sources.join(',') },
    originals: { type: 'string', default: String(DEFAULTS.originals) },
    flagged: { type: 'string', default: String(DEFAULTS.flagged) },
    keep: { type: 'string' },
    json: { type: 'string' },
  },
});
const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens quality '));
try {
  const root = path.resolve(values.keep ?? path.join(base, 'images'));
  const truth = await plantSet(root, {
    seed: Number(values.seed),
    sources: values.sources.split(','),
    originals: Number(values.originals),
    flagged: Number(values.flagged),
  });
  const images = packImages(
    truth.images.map(({ file, class: className, split }, id) => {
      const sha256 = createHash('sha256')
        .update(readFileSync(path.join(root, file)))
        .digest('hex');
      return { id, file, className, sha256, content: sha256, group: null, split };
    }),
  );
  const request = { folder: path.join(base, 'rows'), root, images, sampleBits: null };
  const began = performance.now();
  const unreadable = await measureContent(request, { signal: new AbortController().signal, progress: () => undefined });
  const seconds = (performance.now() - began) / 1000;
  const rows = await readContent(request);
  const context = contextOf(rows, QUALITY_INFO.grey.threshold);
  const found = Array.from(flagBits(rows, thresholdsFor({}, context), context), (bits) => flagsIn(bits).map((flag) => FLAG_WORDS[flag].name));
  if (unreadable.length > 0) throw new Error(`${unreadable.length} images can't be read.`);

  console.log(`seed ${values.seed}, ${values.sources}: ${truth.images.length} images, ${truth.flagged.length} flags`);
  console.log(`${((1000 * seconds) / truth.images.length).toFixed(1)} ms an image`);
  /** @param {string} name @param {(flag: string) => boolean} counts */
  const line = (name, counts) => {
    let [hits, extra, missed] = [0, 0, 0];
    for (const [i, { flags }] of truth.images.entries()) {
      const given = (found[i] ?? []).filter(counts);
      const wanted = flags.filter(counts);
      hits += given.filter((flag) => wanted.includes(flag)).length;
      extra += given.filter((flag) => !wanted.includes(flag)).length;
      missed += wanted.filter((flag) => !given.includes(flag)).length;
    }
    const f1 = (2 * hits) / (2 * hits + extra + missed);
    console.log(
      `${name.padEnd(16)} F1 ${f1.toFixed(3)}   found ${String(hits).padStart(3)}, wrongly ${String(extra).padStart(3)}, missed ${String(missed).padStart(3)}`,
    );
  };
  for (const flag of QUALITY_FLAGS) line(FLAG_WORDS[flag].name, (one) => one === FLAG_WORDS[flag].name);
  line('all', () => true);
  if (values.json)
    writeFileSync(
      values.json,
      JSON.stringify(
        truth.images.map(({ file, kind, flags }, i) => ({ file, kind, flags, found: found[i] })),
        null,
        1,
      ),
    );
} finally {
  rmSync(base, { recursive: true, force: true });
}
