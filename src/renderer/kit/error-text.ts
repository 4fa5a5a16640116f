import type { AppError } from '../../shared/errors.ts';

/** An error as text to copy: message, code and details. */
export function detailsText(error: AppError): string {
  const details = Object.entries(error.details).filter(([, value]) => value !== undefined && value !== null);
  return [
    error.message,
    `code: ${error.code}`,
    ...details.map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ].join('\n');
}
