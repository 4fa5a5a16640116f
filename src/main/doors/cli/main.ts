import { AppError, asAppError } from '../../../shared/errors.ts';
import { buildProgram } from './program.ts';
import { exitCodeOf } from './output.ts';

/** The command line: one of three doors to the same services. */
async function main(): Promise<number> {
  const program = buildProgram();
  try {
    await program.parseAsync(process.argv);
    return 0;
  } catch (error) {
    return exitCodeOf(error);
  }
}

process.on('unhandledRejection', (error) => {
  const known = asAppError(error);
  process.stderr.write(`twinlens: ${known instanceof AppError ? known.message : String(error)}\n`);
  process.exit(1);
});

void main().then((code) => {
  process.exitCode = code;
});
