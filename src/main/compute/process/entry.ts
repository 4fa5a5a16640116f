import { AppError } from '../../../shared/errors.ts';
import { processPort } from '../../rpc/process.ts';
import { serveTasks } from '../../rpc/serve-tasks.ts';
import { traceOf } from '../../rpc/trace.ts';
import type { ComputeCalls } from '../protocol/protocol.ts';
import { handlers } from './handlers.ts';

/** The compute process: answers main's questions until main goes away. It alone decodes images and runs networks. */
serveTasks<ComputeCalls>(
  processPort(() => process.exit(0)),
  handlers,
  {
    onError: (_, error) => {
      if (!(error instanceof AppError)) process.stderr.write(`${traceOf(error)}\n`);
    },
  },
);
