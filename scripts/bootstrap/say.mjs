/** An error that the user can act on. Printed without a stack. */
export class SetupError extends Error {}

/**
 * Prints one line about the set-up to stderr. stdout belongs to the command.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`twinlens: ${line}\n`);
}

/**
 * Runs a script. A SetupError is printed as one line, with exit code 1.
 * @param {() => Promise<number | void>} main returns the exit code; nothing: 0
 */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
