// Builds a folder of photographs with known changes, to measure what finds duplicates, leaks, wrong labels and flawed images:
//   node scripts/measure/planted-set.mjs [--seed 1] [--sources flowers,airbnb/bedroom] [--originals 600] [--edits 240] [--leaks 40]
//     [--contradicting 12] [--copies 6] [--wrong 60] [--flagged 50] [--data ../shared/data] FOLDER
// A source is a folder of class folders below --data, or one class folder. The result is FOLDER/SPLIT/CLASS/NUMBER.jpg with split folders that the
// import recognises, and FOLDER/truth.json (type Truth below). File names and numbers say nothing of what was done.
// The same arguments give the same choices; the bytes also depend on sharp's version. Flowers have four photographs in two classes and some pairs that
// are near duplicates already (planted/near-copies.json, judged by eye): one of each pair is left out.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { randomFor } from '../../src/shared/random.ts';
import { EDITS, FLAWS } from './planted/edits.mjs';

/** @typedef {'train' | 'valid' | 'test'} Split */
/**
 * An image of the folder. `kind`: 'original', an edit of planted/edits.mjs, 'copy' (same bytes) or 'same pixels' (as PNG). `of` is the file that
 * it was made of; `photo` is the same for all images of one photograph, so two images are duplicates if and only if it is equal.
 * `class` is its folder, `trueClass` the photograph's class. `flags` are names of quality flags that are true of it.
 * @typedef {{ file: string, photo: string, kind: string, of: string | null, class: string, trueClass: string, split: Split, flags: string[] }} Planted
 */
/**
 * `leaks` are edits in another split than what they were made of; `wrongLabels` are originals in the folder of another class; `contradicting` are
 * edits in the folder of another class.
 * @typedef {{ arguments: Record<string, unknown>, images: Planted[], leaks: string[], wrongLabels: { file: string, class: string, trueClass: string }[],
 *   contradicting: string[], flagged: { file: string, flag: string }[] }} Truth
 */

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const DEFAULTS = {
  seed: 1,
  sources: ['flowers', 'airbnb/bedroom'],
  originals: 600,
  edits: 240, // divided evenly over the 12 kinds
  leaks: 40,
  contradicting: 12,
  copies: 6, // of each: same bytes, same pixels
  wrong: 60,
  flagged: 50,
  data: path.join(root, '..', 'shared', 'data'),
};
const POOL = 1 / 3; // share of the originals that edits are made of, so that some have several
/** Each row: photographs, as SOURCE/CLASS/FILE, that are one photograph to the eye. @type {string[][]} */
const NEAR_COPIES = JSON.parse(readFileSync(path.join(root, 'scripts', 'measure', 'planted', 'near-copies.json'), 'utf8'));

/** True of a picture without colour: some photographs of flowers are grey already. @param {import('node:buffer').Buffer} bytes */
async function isGrey(bytes) {
  const pixels = await sharp(bytes).toColourspace('srgb').removeAlpha().raw().toBuffer();
  let coloured = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const [r, g, b] = [pixels[i] ?? 0, pixels[i + 1] ?? 0, pixels[i + 2] ?? 0];
    if (Math.max(r, g, b) - Math.min(r, g, b) > 8) coloured++; // of 255; JPEG's own error is below
  }
  return coloured < 0.001 * (pixels.length / 3);
}

/** Photographs of the sources: no two of the same bytes, none of a class of fewer than 8, one of each known near copy. @param {string} data @param {string[]} sources */
function photographsOf(data, sources) {
  const left = new Set(NEAR_COPIES.flatMap(([, ...others]) => others));
  const seen = new Set();
  return sources.map((source) => {
    const isClass = source.includes('/');
    const classes = isClass
      ? [source]
      : readdirSync(path.join(data, source))
          .sort()
          .map((name) => `${source}/${name}`);
    return classes.flatMap((folder) => {
      const files = readdirSync(path.join(data, folder)).sort();
      if (files.length < 8) return [];
      return files.flatMap((name) => {
        const photo = `${folder}/${name}`;
        const hash = createHash('sha256')
          .update(readFileSync(path.join(data, photo)))
          .digest('hex');
        if (seen.has(hash) || left.has(photo)) return [];
        seen.add(hash);
        return [{ photo, source, class: path.basename(folder) }];
      });
    });
  });
}

/** Builds the folder; see the top of this file. @param {string} folder must not exist @param {Partial<typeof DEFAULTS>} [choice] @returns {Promise<Truth>} */
export async function plantSet(folder, choice = {}) {
  const options = { ...DEFAULTS, ...choice };
  if (existsSync(folder)) throw new Error(`${folder} exists already.`);
  const random = randomFor(options.seed, 'planted-set');
  const photographs = photographsOf(options.data, options.sources)
    .flatMap((ofSource) => random.shuffle(ofSource))
    .slice(0, options.originals);
  if (photographs.length < options.originals) throw new Error(`The sources have only ${photographs.length} different photographs.`);

  const order = random.shuffle(photographs);
  const splitAt = (/** @type {number} */ i) => (i < 0.7 * order.length ? 'train' : i < 0.85 * order.length ? 'valid' : 'test');
  const originals = order.map((photograph, i) => ({ ...photograph, split: /** @type {Split} */ (splitAt(i)) }));
  // Disjoint: flawed and mislabelled originals have no edits.
  const mixed = random.shuffle(originals);
  const flawed = mixed.slice(0, options.flagged);
  const mislabelled = mixed.slice(options.flagged).filter(hasOtherClass).slice(0, options.wrong);
  const pool = mixed.filter((one) => !flawed.includes(one) && !mislabelled.includes(one)).slice(0, Math.ceil(POOL * options.originals));

  /** Another class of the same source, at random. @param {{ source: string, class: string }} one */
  function otherClass(one) {
    const others = [...new Set(originals.filter(({ source }) => source === one.source).map((other) => other.class))].filter(
      (name) => name !== one.class,
    );
    return others.sort()[random.below(others.length)] ?? one.class;
  }
  /** @param {{ source: string }} one */
  function hasOtherClass(one) {
    return new Set(originals.filter(({ source }) => source === one.source).map((other) => other.class)).size > 1;
  }

  const total = options.originals + options.edits + options.leaks + options.contradicting + 2 * options.copies;
  const numbers = random.shuffle(Array.from({ length: total }, (_, i) => String(i + 1).padStart(4, '0')));
  /** @type {Planted[]} */
  const images = [];
  /** @type {Map<string, string>} */
  const fileOf = new Map(); // original by photo
  const kinds = Object.keys(EDITS);
  const flaws = Object.keys(FLAWS);

  /** @param {Omit<Planted, 'file'>} row @param {import('node:buffer').Buffer | undefined} bytes @param {string} [ending] */
  async function write(row, bytes, ending = 'jpg') {
    if (bytes === undefined) throw new Error(`No image of ${row.photo}.`);
    if (!row.flags.includes('grey') && !row.flags.includes('near-uniform') && (await isGrey(bytes))) row.flags.push('grey');
    const file = `${row.split}/${row.class}/${numbers[images.length]}.${ending}`;
    mkdirSync(path.join(folder, row.split, row.class), { recursive: true });
    writeFileSync(path.join(folder, file), bytes);
    images.push({ file, ...row });
    return file;
  }

  for (const one of originals) {
    const source = path.join(options.data, one.photo);
    const flaw = flawed.includes(one) ? flaws[flawed.indexOf(one) % flaws.length] : undefined;
    const bytes = flaw === undefined ? readFileSync(source) : await FLAWS[flaw]?.(source, randomFor(options.seed, 'flaw', one.photo));
    const folderClass = mislabelled.includes(one) ? otherClass(one) : one.class;
    const row = { photo: one.photo, kind: 'original', of: null, class: folderClass, trueClass: one.class, split: one.split };
    fileOf.set(one.photo, await write({ ...row, flags: flaw === undefined ? [] : [flaw] }, bytes));
  }

  const rowOf = (/** @type {typeof originals[number]} */ one, /** @type {string} */ kind) => ({
    photo: one.photo,
    kind,
    of: fileOf.get(one.photo) ?? null,
    class: one.class,
    trueClass: one.class,
    split: one.split,
    flags: kind === 'grey' ? ['grey'] : [],
  });
  /** `count` edits, the kinds in turn. No photograph gets the same kind twice. @param {number} count @param {string} purpose @param {typeof originals} among
   * @param {(one: typeof originals[number]) => { class?: string, split?: Split }} change */
  async function addEdits(count, purpose, among, change) {
    /** @type {string[]} */
    const written = [];
    const sources = Array.from({ length: Math.ceil(count / among.length) + 1 }, () => random.shuffle(among)).flat();
    for (const one of sources) {
      if (written.length === count) break;
      const kind = kinds[written.length % kinds.length] ?? '';
      if (images.some((image) => image.photo === one.photo && image.kind === kind)) continue;
      const bytes = await EDITS[kind]?.(path.join(options.data, one.photo), randomFor(options.seed, purpose, kind, one.photo));
      written.push(await write({ ...rowOf(one, kind), ...change(one) }, bytes));
    }
    if (written.length < count) throw new Error(`Too few photographs for ${count} edits.`);
    return written;
  }

  await addEdits(options.edits, 'edit', pool, () => ({}));
  // Half of the leaks are training copies of validation and test images, half the other way.
  const held = pool.filter(({ split }) => split !== 'train');
  const trained = pool.filter(({ split }) => split === 'train');
  const half = options.leaks >> 1;
  const leaks = await addEdits(half, 'leak', held, () => ({ split: 'train' }));
  leaks.push(...(await addEdits(options.leaks - half, 'leak back', trained, () => ({ split: random.below(2) === 0 ? 'valid' : 'test' }))));
  const contradicting = await addEdits(options.contradicting, 'contradicting', pool.filter(hasOtherClass), (one) => ({ class: otherClass(one) }));
  const copied = random.shuffle(pool).slice(0, 2 * options.copies);
  for (const [i, one] of copied.entries()) {
    const bytes = readFileSync(path.join(options.data, one.photo));
    if (i % 2 === 0) await write(rowOf(one, 'copy'), bytes);
    else await write(rowOf(one, 'same pixels'), await sharp(bytes).png().toBuffer(), 'png');
  }

  const truth = {
    arguments: { ...options, data: path.basename(options.data) },
    images,
    leaks,
    wrongLabels: images
      .filter((image) => image.kind === 'original' && image.class !== image.trueClass)
      .map(({ file, class: given, trueClass }) => ({ file, class: given, trueClass })),
    contradicting,
    flagged: images.flatMap(({ file, flags }) => flags.map((flag) => ({ file, flag }))),
  };
  writeFileSync(path.join(folder, 'truth.json'), JSON.stringify(truth, null, 1));
  return truth;
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const names = /** @type {const} */ (['seed', 'originals', 'edits', 'leaks', 'contradicting', 'copies', 'wrong', 'flagged']);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      ...Object.fromEntries([...names, 'sources', 'data'].map((name) => [name, { type: /** @type {const} */ ('string') }])),
    },
  });
  const [folder] = positionals;
  if (folder === undefined || values.help === true) {
    console.log(`node scripts/measure/planted-set.mjs FOLDER [${names.map((name) => `--${name} N`).join('] [')}] [--sources NAME,…] [--data FOLDER]`);
    process.exit(values.help === true ? 0 : 2);
  }
  const given = /** @type {Record<string, string>} */ (/** @type {unknown} */ (values));
  const truth = await plantSet(path.resolve(folder), {
    ...Object.fromEntries(names.filter((name) => given[name] !== undefined).map((name) => [name, Number(given[name])])),
    ...(given.sources === undefined ? {} : { sources: given.sources.split(',') }),
    ...(given.data === undefined ? {} : { data: path.resolve(given.data) }),
  });
  const counts = { images: truth.images.length, leaks: truth.leaks.length, wrong: truth.wrongLabels.length, flagged: truth.flagged.length };
  console.log(JSON.stringify(counts));
}
