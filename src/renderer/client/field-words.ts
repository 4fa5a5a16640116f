import { AppError } from '../../shared/errors.ts';
import { TRAINING_OPTIONS } from '../../shared/training-options/table.ts';

/** Labels of fields on the screen, by their paths in the contract. Training options have their own. */
const LABELS: Readonly<Record<string, string>> = {
  'choice.threshold': 'The threshold',
  'choice.limit': 'The ceiling',
  'choice.falseSame': 'The cost of a false “same”',
  'choice.falseDifferent': 'The cost of a false “different”',
  reason: 'The reason',
  groupName: 'The name of a group',
  splitSeed: 'The seed of the split',
  name: 'The name',
  tags: 'A tag',
  note: 'The note',
  title: 'The title',
  author: 'The author',
  introduction: 'The introduction',
};

const labelOf = (field: string): string | undefined =>
  LABELS[field] ?? LABELS[field.replace(/\.\d+$/, '')] ?? (TRAINING_OPTIONS as Readonly<Record<string, { label: string } | undefined>>)[field]?.label;

/** An error about an input, which begins with the field's path in the contract, with the field's label instead; other errors unchanged. */
export function withFieldWords(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'usage') return error;
  const { field } = error.details;
  const label = typeof field === 'string' && error.message.startsWith(`${field} `) ? labelOf(field) : undefined;
  return label === undefined ? error : new AppError('usage', label + error.message.slice((field as string).length), error.details, error);
}
