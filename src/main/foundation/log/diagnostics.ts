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

/** Diagnostics for a bug report, without images and tokens. `lines`: how many of the last lines of each log. */
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

const BYTES_PER_LINE = 1000; // average; if lines are longer, fewer are included

function lastLines(path: string, lines: number): string[] {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, lines * BYTES_PER_LINE));
      readSync(file, bytes, 0, bytes.length, size - bytes.length);
      const found = bytes.toString('utf8').split('\n').filter(Boolean);
      return (bytes.length < size ? found.slice(1) : found).slice(-lines); // the first line may be cut
    } finally {
      closeSync(file);
    }
  } catch {
    return [];
  }
}
