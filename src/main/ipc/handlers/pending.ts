import { AppError } from '../../../shared/errors.ts';

/** Stands in for a handler while its room is being built. */
export function pending(): never {
  throw new AppError('internal', 'This is not built yet.');
}
