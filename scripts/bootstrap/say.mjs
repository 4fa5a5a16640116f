/** An error that the user can act on. Printed without a stack. */
export class SetupError extends Error {}

/**
 * Prints one line about the set-up to stderr. stdout belongs to the command.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`twinlens: ${line}\n`);
}
