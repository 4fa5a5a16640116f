// Attacks the built program in temporary workspaces: `npm run campaign -- [parts] [--seed N] [--scale X] [--case N]`.
// Prints what was tried, held and lost. Exit code 1 after any loss.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { killStarted } from './campaign/program.mjs';
import { PARTS } from './campaign/parts.mjs';
import { reportOf, runParts } from './campaign/runner.mjs';

const HELP = `Usage: npm run campaign -- [parts] [options]

Attacks the built program in workspaces below the folder for temporary files, and counts the cases that held.
Each part's file in scripts/campaign/ says what "held" means.

Parts (default: all)
${PARTS.map(({ name, about, cases }) => `  ${name.padEnd(10)} ${about} (${cases} cases)`).join('\n')}

  --seed N    of all random choices (default: 1)
  --scale X   share of the cases (default: 1; at least one case of each part)
  --case N    this case only, as the line of a loss names it
  --help      print this text
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
    case: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit();
}

/** @param {string} name @param {string} text @param {(value: number) => boolean} allowed */
function numberOf(name, text, allowed) {
  const value = Number(text);
  if (text.trim() !== '' && allowed(value)) return value;
  process.stderr.write(`--${name} can't be ${JSON.stringify(text)}.\n`);
  process.exit(2);
}
const seed = numberOf('seed', values.seed, (n) => Number.isInteger(n) && n >= 0);
const scale = numberOf('scale', values.scale, (n) => n > 0 && n <= 100);
const only = values.case === undefined ? null : numberOf('case', values.case, (n) => Number.isInteger(n) && n >= 0);
const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name));
if (unknown.length) {
  process.stderr.write(`There is no part ${unknown.join(', ')}. Parts: ${PARTS.map(({ name }) => name).join(', ')}.\n`);
  process.exit(2);
}
if (only !== null && positionals.length !== 1) {
  process.stderr.write('--case needs the name of one part.\n');
  process.exit(2);
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.once(signal, () => {
    void killStarted().finally(() => process.exit(130));
  });

const parts = positionals.length ? PARTS.filter(({ name }) => positionals.includes(name)) : PARTS;
let shown = '';
const results = await runParts(parts, {
  seed,
  scale,
  only,
  onCase: (part, done, of, lost) => {
    const line = `${part}: ${done} of ${of} cases, ${lost} lost`;
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`);
    else if (part !== shown || done % 50 === 0) process.stderr.write(`${line}\n`);
    shown = part;
  },
  onLoss: (part, number, what) => process.stderr.write(`${process.stderr.isTTY ? '\r\u001b[2K' : ''}LOST ${part}, case ${number}: ${what}\n`),
});
if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
console.log(reportOf(results, { seed, scale }));
process.exit(results.some(({ losses }) => losses.length) ? 1 : 0);
