import { closeLog, logFatal } from '../../foundation/log/log.ts';
import { buildProgram } from './program.ts';
import { exitCodeOf } from './output.ts';
import { tolerateClosedOutput } from './signals.ts';

/** The command line, one of three ways into the same services. */
async function main(): Promise<number> {
  const program = buildProgram();
  try {
    await program.parseAsync(process.argv);
    return 0;
  } catch (error) {
    return exitCodeOf(error);
  } finally {
    await closeLog();
  }
}

tolerateClosedOutput();
process.on('uncaughtExceptionMonitor', logFatal);
process.on('unhandledRejection', (error) => {
  logFatal(error);
  process.exit(exitCodeOf(error) || 1);
});

void main().then((code) => {
  process.exitCode = code;
});
