import { z } from 'zod';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { BACKBONES } from '../../../shared/backbones.ts';
import { readJson } from './json.ts';
import { FlavourSchema, PreprocessingSchema } from './load.ts';

// Used as file and folder names on every platform.
const plainName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, 'is not a plain file name');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hexadecimal digits');
const webAddress = z.url({ protocol: /^https?$/ });

const CatalogueFile = z.strictObject({
  name: plainName,
  url: webAddress,
  bytes: z.number().int().positive().nullable(),
  /** SHA-256 of the file's bytes. Null only where the entry has a tensorsSha256, which covers the content, or says that it is recorded. */
  sha256: sha256.nullable(),
});

const Entry = z
  .strictObject({
    id: plainName,
    backbone: z.enum(BACKBONES),
    format: z.enum(['tfjs-layers', 'safetensors']),
    /** tfjs-layers: model.json and its shards; a shard that isn't listed is fetched from model.json's folder. safetensors: one file. */
    files: z.array(CatalogueFile).min(1),
    /** From tensorsSha256() in load.ts. Independent of file format and shards. */
    tensorsSha256: sha256.optional(),
    /** 'recorded': no SHA-256 is published, so that of the first download is recorded and compared at every later use. */
    checksum: z.literal('recorded').optional(),
    licence: z.string().min(1),
    licenceUrl: webAddress,
    preprocessing: PreprocessingSchema,
    flavour: FlavourSchema,
    about: z.string().min(1),
  })
  .refine(
    ({ files, tensorsSha256, checksum }) => tensorsSha256 !== undefined || checksum !== undefined || files.every((file) => file.sha256 !== null),
    {
      error: 'has a file without sha256 and neither a tensorsSha256 nor a recorded checksum',
    },
  )
  .refine(({ files }) => new Set(files.map(({ name }) => name)).size === files.length, { error: 'lists a file twice' })
  .refine(
    ({ format, files }) =>
      format === 'tfjs-layers' ? files.some(({ name }) => name === 'model.json') : files.length === 1 && files[0]!.name.endsWith('.safetensors'),
    {
      error: 'lacks its model.json or .safetensors file',
    },
  );

const Catalogue = z.array(Entry).refine((entries) => new Set(entries.map(({ id }) => id)).size === entries.length, { error: 'lists an entry twice' });

export type CatalogueFile = z.infer<typeof CatalogueFile>;
export type CatalogueEntry = z.infer<typeof Entry>;

/**
 * The weights that Twinlens can download by name. `path` is replaced by the file in TWINLENS_CATALOGUE where that is set,
 * e.g. for a mirror inside a closed network. Throws AppError('not-found' | 'bad-request').
 */
export function readCatalogue(path: string, environment: Readonly<Record<string, string | undefined>> = process.env): CatalogueEntry[] {
  const file = environment['TWINLENS_CATALOGUE'] || path;
  let raw: unknown;
  try {
    raw = readJson(file);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new AppError('bad-request', `The weights catalogue ${file} is not JSON: ${error.message}.`, { file }, error);
    throw asAppError(error);
  }
  const parsed = Catalogue.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError('bad-request', `The weights catalogue ${file} is invalid: ${issue.path.join('.') || 'the list'}: ${issue.message}.`, {
    file,
    issues: parsed.error.issues,
  });
}

/** Throws AppError('not-found') with the ids that exist. */
export function findEntry(catalogue: readonly CatalogueEntry[], id: string): CatalogueEntry {
  const entry = catalogue.find((one) => one.id === id);
  if (entry) return entry;
  const known = catalogue.map((one) => one.id);
  throw new AppError('not-found', `The catalogue has no weights called ${id}. It has: ${known.join(', ') || 'none'}.`, { known });
}
