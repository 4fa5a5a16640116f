import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../../shared/errors.ts';
import { Channel, type Loss } from '../../rpc/channel.ts';
import type { LogName } from '../../foundation/log/log-file.ts';
import { isDebugLog, log } from '../../foundation/log/log.ts';
import type { ComputeCalls } from '../protocol/protocol.ts';
import { type Launch, launchUnder } from '../../rpc/launch.ts';

const STDERR_LIMIT = 4000; // characters, of the end of the output

/**
 * Main's side of the compute process. The first request starts the process; after a crash the next request starts it again. Every
 * request to decode an image or run a network goes through it.
 */
export class ComputeHost extends Channel<ComputeCalls> {
  /** `entry`: the compute process's script; `logs`: where it writes its log. `ask` throws 'compute-lost' when the process dies. */
  constructor(entry: string, launch: Launch = launchUnder(), logs?: { folder: string; name: LogName }) {
    let stderr = '';
    super(
      () => {
        const child = launch(entry, logs ? [logs.folder, logs.name] : []);
        log().info({ child: child.pid, stream: logs?.name }, 'compute process starts');
        child.onStderr((text) => {
          stderr = (stderr + text).slice(-STDERR_LIMIT);
          if (isDebugLog()) process.stderr.write(text);
        });
        return child;
      },
      (loss) => computeLostError(loss, stderr),
    );
  }

  /**
   * Starts the process before its first request, in a separate turn of main's event loop: starting blocks for about 20 ms, and so
   * does sending a large data set. Throws as `ask` does if the process can't be started.
   */
  async ready(): Promise<void> {
    await nextTurn();
    await nextTurn(); // pending requests are answered between the two turns
    this.open();
  }
}

function computeLostError({ code, signal, unresponsive }: Loss, stderr: string): AppError {
  const how = unresponsive
    ? 'did not respond and was killed'
    : `stopped unexpectedly (${signal ? `killed by ${signal}` : `exit code ${code ?? 'unknown'}`})`;
  const memory = signal === 'SIGKILL' && !unresponsive ? ' It may have run out of memory.' : '';
  const message = `The compute process ${how}.${memory} Nothing stored was lost; try again, or resume the run.`;
  return new AppError('compute-lost', message, { code, signal, unresponsive, stderr });
}
