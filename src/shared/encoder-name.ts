import { type BackboneName, BACKBONES } from './backbones.ts';
import { AppError } from './errors.ts';
import { ENCODER_ID } from './encoder-forms.ts';
import type { RunConfig } from './run.ts';

/**
 * An encoder: what turns an image into features. As text:
 *
 *   compact, dinov2_vits14, patches    a backbone
 *   patches+dinov2_vits14              two side by side: the backbone's pooled features, followed by those of patches
 *   onnx:ID                            an imported ONNX file
 *   patches+onnx:ID
 */
export interface EncoderName {
  backbone: BackboneName;
  beside: 'patches' | null; // whose features follow those of the backbone
  imported: string | null; // id of the imported file; null for all other backbones
}

const IMPORTED = 'onnx:';
const BESIDE = 'patches+';
/** The backbones whose name is an encoder's name. */
const TYPED = BACKBONES.filter((backbone) => backbone !== 'imported');

/** Reads an encoder's text. Throws AppError 'bad-request' for an unknown or unreadable one. */
export function parseEncoderName(text: string): EncoderName {
  const name = text.trim();
  const beside = name.startsWith(BESIDE) ? 'patches' : null;
  const base = beside === null ? name : name.slice(BESIDE.length);
  if (base.endsWith('+patches')) throw badName(text, `write ${BESIDE}${base.slice(0, -'+patches'.length)}`);
  if (beside !== null && base === 'patches') throw badName(text, 'patches can’t stand beside themselves: write patches');
  if (base === 'imported') throw badName(text, `write ${IMPORTED} and the id of the imported encoder`);
  if (base.startsWith(IMPORTED)) {
    const id = base.slice(IMPORTED.length);
    if (!ENCODER_ID.test(id)) throw badName(text, `after ${IMPORTED} comes the id of an imported encoder`);
    return { backbone: 'imported', beside, imported: id };
  }
  const backbone = TYPED.find((known) => known === base);
  if (backbone === undefined) throw badName(text, `choose one of ${TYPED.join(', ')}, ${IMPORTED}ID or ${BESIDE}NAME`);
  return { backbone, beside, imported: null };
}

/** The text that parseEncoderName reads. */
export function encoderName({ backbone, beside, imported }: EncoderName): string {
  return `${beside === null ? '' : BESIDE}${imported === null ? backbone : `${IMPORTED}${imported}`}`;
}

/** The encoder of a run. */
export const encoderNameOf = ({ backbone, beside, encoder }: Pick<RunConfig, 'backbone' | 'beside' | 'encoder'>): string =>
  encoderName({ backbone, beside, imported: encoder?.id ?? null });

/** The source of a run's weights that are an imported encoder. */
export const encoderSource = (id: string): string => `${IMPORTED}${id}`;

/** Whether a source is an imported encoder. */
export const isEncoderSource = (source: string): boolean => source.startsWith(IMPORTED);

/** The id of an imported encoder in a source: "onnx:ID", or the id alone. */
export const encoderIdOf = (source: string): string => (isEncoderSource(source) ? source.slice(IMPORTED.length) : source);

const badName = (text: string, advice: string): AppError =>
  new AppError('bad-request', `There is no encoder “${text}”: ${advice}.`, { encoder: text });
