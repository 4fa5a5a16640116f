/** Numbers, times and names as text. The space before a unit is non-breaking. */
export const NBSP = '\u00a0';
const NONE = '–';

const withMinus = (text: string): string => text.replace('-', '\u2212');

/** With a capital at the start: "triplet loss" as "Triplet loss". */
export const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Two decimals; small values keep two significant figures, so that 0.0012 is not shown as 0.00. */
export function distanceText(distance: number): string {
  if (!Number.isFinite(distance)) return NONE;
  if (distance !== 0 && Math.abs(distance) < 0.1) return withMinus(plain(distance, 2));
  return withMinus(distance.toFixed(2));
}

/** Two distances with enough decimals to differ, at least two: 0.912 and 0.908, never 0.91 and 0.91. */
export function distancePair(a: number, b: number): [string, string] {
  for (let decimals = 2; decimals <= 8; decimals++) {
    const texts = [a, b].map((x) => withMinus(x.toFixed(decimals))) as [string, string];
    const isLegible = (x: number, text: string): boolean => x === 0 || Math.abs(Number(text.replace('\u2212', '-')) - x) <= 0.05 * Math.abs(x);
    if (a === b ? isLegible(a, texts[0]) : texts[0] !== texts[1] && isLegible(a, texts[0]) && isLegible(b, texts[1])) return texts;
  }
  return [distanceText(a), distanceText(b)];
}

const MAX_MORE_DECIMALS = 4;

interface Difference {
  difference: number; // which should be whole - rest
  whole: number; // >= 0, like rest
  rest: number;
}

/**
 * The texts of differences that are shown as sums, all with the same decimals: at least `least`, three figures of the largest number, and
 * more until the rounded numbers add up. With two, 2.4449 - 1.4051 = 1.0398 would read 2.44 - 1.41 = 1.04. `adds`: whether they do.
 */
export function differenceTexts(differences: readonly Difference[], least = 2): { difference: string; whole: string; rest: string; adds: boolean }[] {
  const figuresOf = ({ whole, rest }: Difference): number => 2 - Math.floor(Math.log10(Math.max(whole, rest, Number.MIN_VALUE)));
  const first = Math.min(8, Math.max(least, ...differences.map(figuresOf)));
  for (let decimals = first; ; decimals++) {
    const texts = differences.map((one) => {
      const [d, w, r] = [one.difference, one.whole, one.rest].map((value) => value.toFixed(decimals)) as [string, string, string];
      const off = Math.abs(Math.round((Number(w) - Number(r) - Number(d)) * 10 ** decimals)); // units of the last decimal; rounding gives 0 or 1
      return { difference: withSign(d), whole: w, rest: r, adds: off === 0, off };
    });
    if (texts.every(({ off }) => off !== 1) || decimals === first + MAX_MORE_DECIMALS) return texts;
  }
}

/** "+1.03" or "−1.03"; "0.00" without a sign. */
const withSign = (text: string): string => (Number(text) === 0 ? text.replace('-', '') : text.startsWith('-') ? withMinus(text) : `+${text}`);

/** A share 0..1 in percent; 0 % and 100 % only for exactly 0 and 1. */
export function percentText(share: number): string {
  if (!Number.isFinite(share)) return NONE;
  const percent = share * 100;
  if (share > 0 && percent < 0.1) return `<${NBSP}0.1${NBSP}%`;
  if (share < 1 && percent > 99.9) return `>${NBSP}99.9${NBSP}%`;
  const whole = share === 0 || share === 1 || (percent >= 10 && percent <= 90);
  return `${percent.toFixed(whole ? 0 : 1)}${NBSP}%`;
}

/** Shares of one row, 0..1, with the same digits: "97.4 %" and "86.0 %". */
export function percentTexts(shares: readonly number[]): string[] {
  const texts = shares.map(percentText);
  if (!texts.some((text) => text.includes('.'))) return texts;
  return texts.map((text, i) => (/^\d+\u00a0/.test(text) && shares[i] !== 0 && shares[i] !== 1 ? `${(100 * shares[i]!).toFixed(1)}${NBSP}%` : text));
}

/** A fitted probability 0..1 in whole percent: "97 %", "> 99 %", "< 1 %". It is never certain, and its tenths are below its error. */
export function probabilityText(p: number): string {
  if (!Number.isFinite(p)) return NONE;
  if (p > 0.99) return `>${NBSP}99${NBSP}%`;
  if (p < 0.01) return `<${NBSP}1${NBSP}%`;
  return `${Math.round(100 * p)}${NBSP}%`;
}

/** An interval of a probability: "88 to 96 %", "96 to > 99 %". */
export function probabilityRange(low: number, high: number): string {
  const [from, to] = [low, high].map(probabilityText) as [string, string];
  return from === to ? from : `${from.replace(`${NBSP}%`, '')} to ${to}`;
}

/** 0..1 with three decimals; 1 only for exactly 1. */
export function aucText(auc: number): string {
  if (!Number.isFinite(auc)) return NONE;
  return auc < 1 && auc.toFixed(3) === '1.000' ? `>${NBSP}0.999` : auc.toFixed(3);
}

const THOUSANDS = /\B(?=(?:\d{3})+$)/g;

/** "4,317". Avoids toLocaleString where it can: loading the browser's locale data takes as long as rendering the first view. */
export const countText = (n: number): string => (Number.isSafeInteger(n) ? String(n).replace(THOUSANDS, ',') : n.toLocaleString('en-US'));

/** `1 image`, `12 images`, `1 class`, `2 classes`. */
export const countNoun = (n: number, noun: string): string => `${countText(n)} ${n === 1 ? noun : plural(noun)}`;

/** `images`, `classes`, `properties`. */
export const plural = (noun: string): string =>
  /[sxz]$|sh$|(?<!epo)ch$/.test(noun) ? `${noun}es` : /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;

/** `a`, `a and b` or `a, b and c`. */
export const listText = (items: readonly string[], word: 'and' | 'or' = 'and'): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)!}`;

/** A setting such as a learning rate: up to six significant figures; no exponent down to 1e-12. */
export const settingText = (x: number): string => withMinus(plain(x, 6));

function plain(x: number, figures: number): string {
  const rounded = Number(x.toPrecision(figures));
  const text = String(rounded);
  return text.includes('e') && Math.abs(rounded) >= 1e-12 && Math.abs(rounded) < 1 ? rounded.toFixed(12).replace(/0+$/, '') : text;
}

/** Three significant digits, with a true minus sign: 0.0312, 1.40, 1230, 1.20e−5. */
export function threeDigits(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return '0';
  const size = Math.abs(Number(value.toPrecision(3)));
  const digits = size < 1e-3 || size >= 1e5 ? value.toExponential(2).replace('e+', 'e') : value.toPrecision(3);
  return (size >= 1000 && size < 1e5 ? String(Number(digits)) : digits).replaceAll('-', '−');
}

/** A file size in decimal units: 320 kB, 1.4 MB, 2.0 GB. */
export function bytesText(bytes: number): string {
  const [unit, size] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  const amount = bytes / size;
  return `${amount >= 10 || unit === 'kB' ? Math.ceil(amount) : amount.toFixed(1)}${NBSP}${unit}`;
}

export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return NONE;
  if (seconds < 10) return `${seconds.toFixed(1)}${NBSP}s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const parts = [hours && `${hours}${NBSP}h`, minutes && `${minutes}${NBSP}min`, rest && !hours && `${rest}${NBSP}s`];
  return parts.filter(Boolean).join(' ');
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** UTC, because a report may be read in another time zone. */
export function timeText(ms: number): string {
  const t = new Date(ms);
  const twoDigits = (n: number): string => String(n).padStart(2, '0');
  return `${t.getUTCDate()} ${MONTHS[t.getUTCMonth()]} ${t.getUTCFullYear()}, ${twoDigits(t.getUTCHours())}:${twoDigits(t.getUTCMinutes())} UTC`;
}

/** A file's own name. Windows paths are split at both slashes, others at '/' alone: a backslash may be part of a name there. */
export const fileName = (path: string): string => pathParts(path).at(-1) ?? path;

const pathParts = (path: string): string[] => path.split(/^([A-Za-z]:[\\/]|\\\\)/.test(path) ? /[\\/]/ : /\//).filter((part) => part !== '');

/** The names of two files, each with as many of its folders as tell them apart: "rose/1.jpg" and "tulip/1.jpg". */
export function fileNames(a: string, b: string): [string, string] {
  const [partsA, partsB] = [pathParts(a), pathParts(b)];
  if (partsA.join('/') === partsB.join('/')) return [fileName(a), fileName(b)];
  for (let length = 1; length <= Math.max(partsA.length, partsB.length); length++) {
    const names: [string, string] = [partsA.slice(-length).join('/'), partsB.slice(-length).join('/')];
    if (names[0] !== names[1]) return names;
  }
  return [a, b];
}

/** A long name without its middle: "herbarium sheet 2026…0123.jpg". */
export function shortName(name: string, longest = 48): string {
  const characters = [...name];
  if (characters.length <= longest) return name;
  const end = Math.floor((longest - 1) / 3);
  return `${characters.slice(0, longest - 1 - end).join('')}…${characters.slice(-end).join('')}`;
}
