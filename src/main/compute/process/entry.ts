import { AppError } from '../../../shared/errors.ts';
import { traceOf } from '../../../shared/trace.ts';
import { LOG_NAMES } from '../../foundation/log/log-file.ts';
import { closeLog, log, logFatal, openLog } from '../../foundation/log/log.ts';
import { processPort } from '../../rpc/process.ts';
import { serveTasks } from '../../rpc/serve-tasks.ts';
import type { ComputeCalls } from '../protocol/protocol.ts';
import { handlers } from './handlers.ts';

// The compute process: handles main's requests until main ends. Only compute processes decode images and run networks.

const [logs, name] = process.argv.slice(2);
const logName = LOG_NAMES.find((known) => known === name);
if (logs !== undefined && logName) openLog(logs, logName);
process.on('uncaughtExceptionMonitor', logFatal);

serveTasks<ComputeCalls>(
  processPort(() => void closeLog().finally(() => process.exit(0))),
  handlers,
  {
    onDone: (task, milliseconds) => log().debug({ task, milliseconds }, 'task done'),
    onError: (task, error) => {
      if (error instanceof AppError) log().warn({ task, err: error }, 'task failed');
      else {
        log().error({ task, err: error }, 'task failed');
        process.stderr.write(`${traceOf(error)}\n`); // main reads it if this process crashes
      }
    },
  },
);
