/**
 * One line of a bench, ours or the peer's.
 * @typedef {{ task: string, backbone: string, pairs?: number, images?: number, size: number, steps?: number | null, threads: number,
 *   imagesPerSecond: number, peakBytes?: number }} Line
 * @typedef {{ ours: number, peer: number, ratio: number, least: number, most: number, rounds: number, oursBytes: number | null, peerBytes: number | null }} Comparison
 */

/** The values that must agree on both sides, or the ratio means nothing. */
const SAME = /** @type {const} */ (['task', 'backbone', 'pairs', 'images', 'size', 'steps', 'threads']);

/**
 * Throws if the two did not do the same work. Values that neither side reports are not compared.
 * @param {Line} ours @param {Line} peer
 */
export function expectSameWork(ours, peer) {
  for (const key of SAME) {
    if ((ours[key] ?? null) !== (peer[key] ?? null)) throw new Error(`Not the same work: ${key} is ${ours[key]} here and ${peer[key]} at the peer.`);
  }
}

/** The middle value, or the mean of the two middle ones. @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/** @param {(number | undefined)[]} values */
function largest(values) {
  const known = values.filter((value) => value !== undefined);
  return known.length ? Math.max(...known) : null;
}

/**
 * Summarises rounds measured in turn. The ratio is taken per round, so a slow minute of the machine affects both sides.
 * @param {{ ours: Line, peer: Line }[]} rounds
 * @returns {Comparison}
 */
export function compareRounds(rounds) {
  for (const { ours, peer } of rounds) expectSameWork(ours, peer);
  const ratios = rounds.map(({ ours, peer }) => ours.imagesPerSecond / peer.imagesPerSecond);
  return {
    ours: median(rounds.map((r) => r.ours.imagesPerSecond)),
    peer: median(rounds.map((r) => r.peer.imagesPerSecond)),
    ratio: median(ratios),
    least: Math.min(...ratios),
    most: Math.max(...ratios),
    rounds: rounds.length,
    oursBytes: largest(rounds.map((r) => r.ours.peakBytes)),
    peerBytes: largest(rounds.map((r) => r.peer.peakBytes)),
  };
}

export const HEADER = [
  '| task | backbone | device | ours, images/s | peer, images/s | ratio, median [min–max] | peak memory, ours / peer | date | processor | versions | command |',
  '|---|---|---|---|---|---|---|---|---|---|---|',
];

const mebibytes = (/** @type {number | null} */ bytes) => (bytes === null ? '–' : `${Math.round(bytes / 2 ** 20)} MiB`);

/**
 * @param {Comparison} c
 * @param {{ what: string, backbone: string, device: string, date: string, processor: string, versions: string, command: string }} about
 */
export function tableRow(c, about) {
  const ratio = `${c.ratio.toFixed(2)} [${c.least.toFixed(2)}–${c.most.toFixed(2)}], ${c.rounds} rounds`;
  const memory = c.oursBytes === null && c.peerBytes === null ? '–' : `${mebibytes(c.oursBytes)} / ${mebibytes(c.peerBytes)}`;
  const cells = [about.what, about.backbone, about.device, c.ours.toFixed(1), c.peer.toFixed(1), ratio, memory];
  return `| ${[...cells, about.date, about.processor, about.versions, `\`${about.command}\``].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Cells of a row; `\\|` is part of a cell. @param {string} row */
const cellsOf = (row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim());

/** A row's measurement, by which a later row replaces it: task, backbone, device. @param {string} row */
const measurementOf = (row) => cellsOf(row).slice(1, 4).join('|');

/** @param {string[]} lines @returns {{ first: number, end: number }} the table's rows, end exclusive */
function rowsOf(lines) {
  const head = lines.indexOf(HEADER[1] ?? '');
  if (head < 1 || lines[head - 1] !== HEADER[0]) throw new Error('The page has no table of ratios.');
  let end = head + 1;
  while (lines[end]?.startsWith('|')) end++;
  return { first: head + 1, end };
}

/**
 * Adds a row at the end of the table of ratios.
 * @param {string} page @param {string} row
 */
export function withRow(page, row) {
  const lines = page.split('\n');
  lines.splice(rowsOf(lines).end, 0, row);
  return lines.join('\n');
}

/**
 * Replaces the row of the same task, backbone and device, or appends the row.
 * @param {string} page @param {string} row
 * @returns {{ page: string, replaced: string | null }} replaced: the older row
 */
export function withLatestRow(page, row) {
  const lines = page.split('\n');
  const { first, end } = rowsOf(lines);
  const at = lines.findIndex((line, i) => i >= first && i < end && measurementOf(line) === measurementOf(row));
  if (at < 0) return { page: withRow(page, row), replaced: null };
  const [replaced = null] = lines.splice(at, 1, row);
  return { page: lines.join('\n'), replaced };
}
