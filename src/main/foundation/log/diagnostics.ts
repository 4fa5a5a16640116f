import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { DeviceReport, Settings } from '../../../shared/workbench.ts';
import { versions } from '../versions.ts';
import { logFiles } from './log-file.ts';
import { redact } from './redact.ts';

export interface DiagnosticsSources {
  logs: string; // folder
  settings: Settings;
  devices: DeviceReport | null;
}

export interface DiagnosticsRecord {
  made: string; // time, ISO 8601
  versions: Record<string, string>;
  devices: DeviceReport | null;
  settings: Settings;
  logs: Record<string, string[]>; // last lines by file
}

/** What helps to find out what went wrong on a machine: no images, no tokens. `lines`: at most, of each log, the last. */
export function diagnosticsOf({ logs, settings, devices }: DiagnosticsSources, lines: number): DiagnosticsRecord {
  const all: DiagnosticsRecord = {
    made: new Date().toISOString(),
    versions: versions(),
    devices,
    settings,
    logs: Object.fromEntries(logFiles(logs).map(({ name, path }) => [name, lastLines(path, lines)])),
  };
  return JSON.parse(redact(JSON.stringify(all))) as DiagnosticsRecord;
}

const BYTES_A_LINE = 1000; // about; more lines than that allows are left out

function lastLines(path: string, lines: number): string[] {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, lines * BYTES_A_LINE));
      readSync(file, bytes, 0, bytes.length, size - bytes.length);
      const found = bytes.toString('utf8').split('\n').filter(Boolean);
      return (bytes.length < size ? found.slice(1) : found).slice(-lines); // the first may be a part of a line
    } finally {
      closeSync(file);
    }
  } catch {
    return [];
  }
}
