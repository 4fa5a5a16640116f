import { AppError } from '../../../shared/errors.ts';
import { CLOSING } from '../../foundation/jobs/jobs.ts';
import { log } from '../../foundation/log/log.ts';

/** False under nohup, cron or a batch system, where a closed terminal must not end the command. */
const hasTerminal = (): boolean => process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;

/**
 * Calls `stop` once when the command is asked to end: with CLOSING for SIGTERM and a closed terminal, with another reason for
 * Ctrl-C. A second signal ends the process at once. `finish`: is asked first at the first Ctrl-C; true: it ends the command without `stop`.
 * Returns a function that removes the handlers.
 */
export function onStopSignal(stop: (reason: AppError) => void, finish?: () => Promise<boolean>): () => void {
  const cancel = (): void => end(new AppError('cancelled', 'Cancelled.'));
  let first = finish;
  const interrupt = (): void => {
    const ask = first;
    first = undefined;
    if (!ask) cancel();
    else void ask().then((isEnding) => isEnding || cancel());
  };
  const terminate = (): void => end(CLOSING);
  const hangUp = (): void => {
    if (hasTerminal()) terminate();
    else log().info('the terminal was closed, the command continues');
  };
  const remove = (): void => void process.off('SIGINT', interrupt).off('SIGTERM', terminate).off('SIGHUP', hangUp);
  const end = (reason: AppError): void => {
    process.off('SIGINT', interrupt).off('SIGTERM', terminate);
    stop(reason);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', terminate).on('SIGHUP', hangUp);
  return remove;
}

/** Output to a pipe that was closed (`| head`) or to a closed terminal is dropped; the command continues. */
export function tolerateClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!['EPIPE', 'EIO', 'ECONNRESET'].includes(error.code ?? '')) throw error;
    });
}
