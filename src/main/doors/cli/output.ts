import { CommanderError } from 'commander';
import { NBSP, percentText } from '../../../shared/format.ts';
import { traceOf } from '../../../shared/trace.ts';
import { isDebugLog } from '../../foundation/log/log.ts';
import { reportError, sentenceWithLog } from '../../foundation/log/report-error.ts';

/** 0 success, 1 failure with one clear line on stderr, 2 wrong usage. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed the reason
  const known = reportError(error, { door: 'cli' });
  process.stderr.write(`twinlens: ${oneLine(withFlags(sentenceWithLog(known), known.details['flags']))}\n`);
  if (known.code === 'internal' && isDebugLog()) process.stderr.write(`${traceOf(error)}\n`);
  return known.code === 'usage' ? 2 : 1;
}

/** A sentence that holds for every door, and the options that do on the command line what it advises. */
const withFlags = (sentence: string, flags: unknown): string =>
  Array.isArray(flags) ? `${sentence} ${flags.length === 1 ? 'Option' : 'Options'}: ${flags.join(', ')}.` : sentence;

export function printWarnings(sentences: readonly string[]): void {
  for (const sentence of sentences) process.stderr.write(`twinlens: Warning: ${oneLine(sentence)}\n`);
}

/**
 * Replaces line breaks, control characters and those that change the direction of text, which names and reasons may contain. Tabs stay: they
 * separate the columns of lists.
 */
export const oneLine = (text: string): string =>
  text.replaceAll(/\s*[\n\u2028\u2029]\s*/g, ' ').replaceAll(/[^\P{Cc}\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '�');

/** As JSON that sends no commands to a terminal: stringify leaves the control characters from 7f to 9f as they are. */
export const jsonLine = (document: unknown): string =>
  JSON.stringify(document).replaceAll(/[\u007f-\u009f]/g, (c) => `\\u00${c.codePointAt(0)!.toString(16)}`);

/** Prints one JSON document with --json, and readable lines otherwise. */
export function print(json: boolean, document: unknown, lines: () => string[]): void {
  process.stdout.write(json ? `${jsonLine(document)}\n` : `${lines().map(oneLine).join('\n')}\n`);
}

/** A progress line on stderr: overwritten on a terminal, else printed at most once a second, the first at once. */
export class ProgressLine {
  private lastUpdate = -Infinity; // of performance.now(), ms
  private open = false;

  update(text: string): void {
    const now = performance.now();
    const intervalMs = process.stderr.isTTY ? 100 : 1000;
    if (now - this.lastUpdate < intervalMs) return;
    this.lastUpdate = now;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[2K${oneLine(text)}` : `${oneLine(text)}\n`);
    this.open = process.stderr.isTTY;
  }

  /** Prints a line that later updates do not overwrite. */
  printLine(text: string): void {
    process.stderr.write(`${this.open ? '\r\u001b[2K' : ''}${oneLine(text)}\n`);
    this.open = false;
  }

  end(): void {
    if (this.open) process.stderr.write('\r\u001b[2K');
    this.open = false;
  }
}

/** Text with plain spaces, for terminals. */
export const plainSpaces = (text: string): string => text.replaceAll(NBSP, ' ');

/** A share 0..1 in percent: "93.0 %", "> 99.9 %". */
export const percent = (share: number): string => plainSpaces(percentText(share));

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '…';
  const s = Math.round(seconds);
  return s < 90 ? `${s} s` : s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}
