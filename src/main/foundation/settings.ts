import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsPatch } from '../../shared/contract.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/workbench.ts';
import { writeFileAtomically } from './files.ts';
import { userFolder } from './user-folders.ts';

/** The settings file: TWINLENS_SETTINGS, else settings.json in the platform's configuration folder. */
export const settingsPath = (env: NodeJS.ProcessEnv = process.env): string => env['TWINLENS_SETTINGS'] ?? join(userFolder('config'), 'settings.json');

/** The settings of this computer. Missing or invalid entries have their defaults, as do all of a damaged file. */
export class SettingsFile {
  readonly path: string;
  private current: Settings;
  private writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
    this.current = { ...DEFAULT_SETTINGS, ...readKnown(path) };
  }

  get(): Settings {
    return this.current;
  }

  /** Takes effect immediately. Resolves when written; writes happen in order. Throws as writeFileAtomically does. */
  async set(patch: Partial<Settings>): Promise<Settings> {
    this.current = { ...this.current, ...patch };
    const text = `${JSON.stringify(this.current, null, 2)}\n`;
    this.writing = this.writing.catch(() => undefined).then(() => writeFileAtomically(this.path, text));
    await this.writing;
    return this.current;
  }
}

/** Each entry is parsed alone, so that an entry of another version does not invalidate the rest. */
function readKnown(path: string): Partial<Settings> {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(
    Object.entries(found).filter(([key, value]) => key in DEFAULT_SETTINGS && SettingsPatch.safeParse({ [key]: value }).success),
  );
}
