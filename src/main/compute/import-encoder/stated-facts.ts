import type { Preprocessing } from '../../../shared/run.ts';
import { type ModelFiles, textBeside } from './model-files.ts';

/** What the files beside a model, and the model's own metadata, say of it. Missing facts are left out. */
export interface StatedFacts {
  preprocessing?: { value: Preprocessing; from: string };
  size?: number; // px
  patch?: number; // px
  resampling?: string;
  licence?: string;
  notes: string[];
}

type Json = Readonly<Record<string, unknown>>;

/** Pillow's numbers of resampling filters. */
const FILTERS = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/** Reads preprocessor_config.json, config.json, open_clip_config.json and README.md beside the model or one folder up. */
export function statedFacts(files: ModelFiles, metadata: Readonly<Record<string, string>>): StatedFacts {
  const notes: string[] = [];
  const json = (name: string): Json | null => {
    const text = textBeside(files, name);
    if (text === null) return null;
    try {
      const parsed: unknown = JSON.parse(text);
      if (isObject(parsed)) return parsed;
    } catch {
      // noted below
    }
    notes.push(`${name} can’t be read, so it was ignored.`);
    return null;
  };
  const config = json('config.json') ?? {};
  const own = ofTwinlens(metadata);
  const found = [own, ofProcessor(json('preprocessor_config.json')), ofTimm(config), ofOpenClip(json('open_clip_config.json'))];
  const licence = [
    metadata['twinlens.licence'],
    metadata['license'],
    object(config['pretrained_cfg'])['license'],
    config['license'],
    readmeLicence(files),
  ].find((text): text is string => typeof text === 'string' && text.length > 0 && text.length <= 200);
  const size = sizeOf(config['image_size']);
  const patch = sizeOf(config['patch_size']);
  return {
    ...(size === undefined ? {} : { size }),
    ...(patch === undefined ? {} : { patch }),
    ...Object.assign({}, ...found.toReversed().filter((facts) => facts !== null)),
    ...(licence === undefined ? {} : { licence }),
    notes,
  };
}

type Found = Omit<StatedFacts, 'notes' | 'licence'> | null;

/** Metadata that Twinlens writes into the models it exports. */
function ofTwinlens(metadata: Readonly<Record<string, string>>): Found {
  const input = metadata['twinlens.input'];
  const found = input === undefined ? null : /\[\d+, 3, (\d+), \d+\].* mean ([^,]+), std ([^,]+)$/.exec(input);
  if (!found) return null;
  const value = preprocessing(found[2]!.split(' ').map(Number), found[3]!.split(' ').map(Number));
  return { size: Number(found[1]), ...(value ? { preprocessing: { value, from: 'the model itself' } } : {}) };
}

/** Of transformers: ((p · rescale_factor) - image_mean) / image_std. */
function ofProcessor(config: Json | null): Found {
  if (!config) return null;
  const isRescaled = config['do_rescale'] !== false; // older files have no such entry and rescale
  const factor = isRescaled ? number(config['rescale_factor'], 1 / 255) : 1;
  const isNormalised = config['do_normalize'] !== false && config['image_mean'] !== undefined;
  const scale = 1 / (255 * factor);
  const mean = isNormalised ? numbers(config['image_mean']) : [0, 0, 0];
  const std = isNormalised ? numbers(config['image_std']) : [1, 1, 1];
  const value = preprocessing(
    mean.map((m) => m * scale),
    std.map((s) => s * scale),
  );
  const size = (config['do_center_crop'] === false ? undefined : sizeOf(config['crop_size'])) ?? sizeOf(config['size']);
  const { resample } = config;
  const resampling = typeof resample === 'number' ? FILTERS[resample] : undefined;
  return {
    ...(value ? { preprocessing: { value, from: 'preprocessor_config.json' } } : {}),
    ...(size === undefined ? {} : { size }),
    ...(resampling === undefined ? {} : { resampling }),
  };
}

/** timm's pretrained_cfg, in config.json of its models. */
function ofTimm(config: Json): Found {
  const facts = object(config['pretrained_cfg']);
  const value = preprocessing(numbers(facts['mean']), numbers(facts['std']));
  const size = Array.isArray(facts['input_size']) ? sizeOf(facts['input_size'][1]) : undefined;
  return {
    ...(value ? { preprocessing: { value, from: 'pretrained_cfg in config.json' } } : {}),
    ...(size === undefined ? {} : { size }),
    ...(typeof facts['interpolation'] === 'string' ? { resampling: facts['interpolation'].slice(0, 40) } : {}),
  };
}

function ofOpenClip(config: Json | null): Found {
  const facts = object(config?.['preprocess_cfg']);
  const value = preprocessing(numbers(facts['mean']), numbers(facts['std']));
  const size = sizeOf(facts['size']) ?? sizeOf(object(object(config?.['model_cfg'])['vision_cfg'])['image_size']);
  return { ...(value ? { preprocessing: { value, from: 'open_clip_config.json' } } : {}), ...(size === undefined ? {} : { size }) };
}

/** `license:` in the front matter of a model's page. */
function readmeLicence(files: ModelFiles): string | undefined {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(textBeside(files, 'README.md') ?? '')?.[1] ?? '';
  return /^license:[ \t]*([\w.+ -]{1,60}?)[ \t]*$/m.exec(front)?.[1];
}

function preprocessing(mean: readonly number[], std: readonly number[]): Preprocessing | null {
  const isTriple = (values: readonly number[]): values is [number, number, number] => values.length === 3 && values.every(Number.isFinite);
  return isTriple(mean) && isTriple(std) && std.every((s) => s > 0) ? { mean, std } : null;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const object = (value: unknown): Json => (isObject(value) ? value : {});
const number = (value: unknown, otherwise: number): number => (typeof value === 'number' && value > 0 ? value : otherwise);
const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map((entry) => (typeof entry === 'number' ? entry : NaN)) : []);

/** px: a number, {height}, {shortest_edge}, or a list. */
function sizeOf(value: unknown): number | undefined {
  const size = isObject(value) ? (value['height'] ?? value['shortest_edge']) : Array.isArray(value) ? (value as unknown[])[0] : value;
  return typeof size === 'number' && Number.isInteger(size) && size >= 8 && size <= 2048 ? size : undefined;
}
