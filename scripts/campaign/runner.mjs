import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomFor } from '../../src/shared/random.ts';
import { killStarted } from './program.mjs';
import { Template } from './template.mjs';

/**
 * @typedef {import('../../src/shared/random.ts').Random} Random
 *
 * What a part gets. `folder`: for this part only, empty, removed at the end. `template`: workspaces to copy, made once for all parts.
 * @typedef {{ folder: string, seed: number, scale: number, template: Template }} Context
 *
 * Counts results of the current case; a case may try many things.
 * @typedef {{ held(count?: number): void, lost(what: string): void }} Tally
 *
 * A case derives everything from `number` and `random`, never from the cases before it, so that `--case N` repeats it.
 * `limitMs`: of one case; a longer one is a loss, because something hangs.
 * @typedef {{ attempt(number: number, random: Random, tally: Tally): Promise<void>, end?(): Promise<void>, limitMs?: number }} Prepared
 *
 * `cases`: of a whole run (`--scale 1`). `scalesWithin`: the scale changes the length of each case, not the number of cases. `prepare` throws
 * Unavailable where the machine can't run the part.
 * @typedef {{ name: string, about: string, cases: number, scalesWithin?: boolean, prepare(context: Context): Promise<Prepared> }} Part
 *
 * @typedef {{ part: string, tried: number, held: number, losses: { number: number, what: string }[], unavailable: string | null, seconds: number }} Result
 */

/**
 * `scale`: of all parts, or of each by name; `only`: the number of one case; `onLoss`: called at once, so that the losses of
 * an interrupted campaign are known.
 * @typedef {{ onCase?: (part: string, number: number, of: number, lost: number) => void, onLoss?: (part: string, number: number, what: string) => void }} Progress
 * @typedef {Progress & { seed: number, scale: number | Readonly<Record<string, number>>, only?: number | null }} Choice
 */

/** This machine can't run a part: the reason is printed, and nothing counts as tried. */
export class Unavailable extends Error {}

const CASE_LIMIT_MS = 180_000;

/**
 * Runs parts one after the other. Their folders and processes are gone at the end.
 * @param {readonly Part[]} parts
 * @param {Choice} choice
 * @returns {Promise<Result[]>}
 */
export async function runParts(parts, { seed, scale, only = null, ...progress }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'twinlens campaign '));
  const template = new Template(path.join(folder, 'template'));
  /** @type {Result[]} */
  const results = [];
  try {
    for (const part of parts) {
      const own = mkdtempSync(path.join(folder, `${part.name} `));
      const ofPart = typeof scale === 'number' ? scale : (scale[part.name] ?? 1);
      results.push(await runPart(part, { folder: own, seed, scale: ofPart, template }, only, progress));
      rmSync(own, { recursive: true, force: true, maxRetries: 5 });
    }
  } finally {
    await killStarted();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return results;
}

/**
 * @param {Part} part @param {Context} context @param {number | null} only @param {Progress} progress
 * @returns {Promise<Result>}
 */
async function runPart(part, context, only, { onCase, onLoss }) {
  const startedMs = performance.now();
  /** @type {Result} */
  const result = { part: part.name, tried: 0, held: 0, losses: [], unavailable: null, seconds: 0 };
  /** @type {Prepared} */
  let prepared;
  try {
    prepared = await part.prepare(context);
  } catch (error) {
    if (error instanceof Unavailable) return { ...result, unavailable: error.message };
    const what = `The part can't start: ${error instanceof Error ? error.message : String(error)}`;
    onLoss?.(part.name, 0, what);
    return { ...result, tried: 1, losses: [{ number: 0, what }] };
  }
  const cases = part.scalesWithin ? part.cases : Math.max(1, Math.round(part.cases * context.scale));
  for (let number = only ?? 0; number < (only === null ? cases : only + 1); number++) {
    const tally = {
      held: (count = 1) => {
        result.tried += count;
        result.held += count;
      },
      lost: (/** @type {string} */ what) => {
        const line = what.replaceAll(/\s+/g, ' ').slice(0, 500);
        result.tried++;
        result.losses.push({ number, what: line });
        onLoss?.(part.name, number, line);
      },
    };
    const random = randomFor(context.seed, 'campaign', part.name, number);
    const limitMs = prepared.limitMs ?? CASE_LIMIT_MS;
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const limit = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not ended after ${limitMs / 1000} s`)), limitMs);
    });
    try {
      await Promise.race([prepared.attempt(number, random, tally), limit]);
    } catch (error) {
      tally.lost(error instanceof Error ? error.message : String(error));
    } finally {
      clearTimeout(timer);
    }
    onCase?.(part.name, number + 1, cases, result.losses.length);
  }
  await prepared.end?.();
  result.seconds = (performance.now() - startedMs) / 1000;
  return result;
}

/**
 * The table, and one line for each loss with the command that repeats it.
 * @param {readonly Result[]} results @param {{ seed: number, scale: number | Readonly<Record<string, number>> }} choice
 */
export function reportOf(results, { seed, scale }) {
  const scaleOf = (/** @type {string} */ part) => (typeof scale === 'number' ? scale : (scale[part] ?? 1));
  const rows = [
    ['part', 'tried', 'held', 'lost', 'seconds'],
    ...results.map(({ part, tried, held, losses, seconds, unavailable }) =>
      unavailable === null ? [part, `${tried}`, `${held}`, `${losses.length}`, seconds.toFixed(0)] : [part, '–', '–', '–', '–'],
    ),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '));
  return [
    ...table,
    typeof scale === 'number' ? `seed ${seed}, scale ${scale}` : `seed ${seed}`,
    ...results.filter((r) => r.unavailable !== null).map((r) => `${r.part}: not possible here: ${r.unavailable}`),
    ...results.flatMap(({ part, losses }) =>
      losses.map(
        ({ number, what }) => `LOST ${part}: ${what}\n     npm run campaign -- ${part} --seed ${seed} --scale ${scaleOf(part)} --case ${number}`,
      ),
    ),
  ].join('\n');
}
