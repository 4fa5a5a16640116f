import pino, { type Logger } from 'pino';
import { LogFile, logFileIn, type LogName, MAX_LINE } from './log-file.ts';
import { redact } from './redact.ts';
import { errorRecord } from './error-record.ts';

interface Open {
  logger: Logger;
  file: LogFile;
}

let open: Open | null = null;
const silent = pino({ level: 'silent' }, { write: () => undefined });

/** `TWINLENS_LOG=debug` logs every call and task, and shows the compute process's own output and unexpected errors on stderr. */
export const isDebugLog = (env: NodeJS.ProcessEnv = process.env): boolean => env['TWINLENS_LOG'] === 'debug';

/** The log of this process; silent until it is opened. */
export const log = (): Logger => open?.logger ?? silent;

/** Path of this process's log; null if none is open or it can't be written. */
export const logPath = (): string | null => (open?.file.isWritable ? open.file.path : null);

/** Opens the log of this process in `folder`. Never throws: if the folder can't be written, nothing is logged. */
export function openLog(folder: string, name: LogName): void {
  if (open?.file.path === logFileIn(folder, name)) return;
  void open?.file.close();
  const file = new LogFile(folder, name);
  const logger = pino(
    {
      level: isDebugLog() ? 'debug' : 'info',
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { err: errorRecord },
      hooks: { streamWrite: (line) => redact(line.length > MAX_LINE ? tooLong(line) : line) },
    },
    file,
  );
  open = { logger, file };
}

/** Writes buffered lines and closes the log. */
export async function closeLog(): Promise<void> {
  const file = open?.file;
  open = null;
  await file?.close();
}

/** Writes an error that ends the process synchronously. */
export function logFatal(error: unknown): void {
  if (!open) return;
  const record = { level: 'fatal', time: new Date().toISOString(), pid: process.pid, err: errorRecord(error), msg: 'process ends' };
  open.file.writeSync(redact(`${JSON.stringify(record)}\n`));
}

const tooLong = (line: string): string =>
  `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), pid: process.pid, msg: `Omitted a line of ${line.length} characters` })}\n`;
