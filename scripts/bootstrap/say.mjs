/** What a person can act on; printed without a stack. */
export class SetupError extends Error {}

/**
 * One line about the set-up, on stderr: stdout belongs to the command that follows.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`twinlens: ${line}\n`);
}
