import { AppError } from '../../../shared/errors.ts';

/** Refuses to write a PDF on a computer without a browser that prints it. */
export const noPrinterError = (): AppError =>
  new AppError(
    'bad-request',
    'PDF files can’t be written because no Chromium or Chrome was found on this computer. Write the report as HTML, open it in your browser and print it from there.',
  );
