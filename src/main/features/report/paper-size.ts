import type { PaperSize } from './types.ts';

/** Countries that use Letter; all others use A4. */
const LETTER = new Set(['US', 'CA', 'MX', 'PH', 'CL', 'CO', 'VE', 'CR', 'GT', 'SV', 'HN', 'NI', 'PA', 'DO', 'PR']);

/** The paper size of the user's country, by the system's locale. */
export function paperSize(locale = new Intl.DateTimeFormat().resolvedOptions().locale, env: NodeJS.ProcessEnv = process.env): PaperSize {
  const system = (env['LC_PAPER'] || env['LC_ALL'] || env['LANG'] || '').split('.')[0]!.replace('_', '-'); // Node's locale is en-US if none is set
  const known = /^[a-z]{2,3}-[A-Z]{2}$/.test(system) ? system : process.platform === 'linux' ? 'und' : locale;
  return LETTER.has(new Intl.Locale(known).region ?? '') ? 'letter' : 'A4';
}
