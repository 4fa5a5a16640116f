import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAccepted, SETTING_RULES } from '../../shared/setting-rules.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/workbench.ts';
import { writeFileAtomically } from './files.ts';
import { userFolder } from './user-folders.ts';

/** The settings file: TWINLENS_SETTINGS, else settings.json in the platform's configuration folder. */
export const settingsPath = (env: NodeJS.ProcessEnv = process.env): string => env['TWINLENS_SETTINGS'] ?? join(userFolder('config'), 'settings.json');

/** Stored in the workspace, because they name its data sets and runs. */
const WORKSPACE_SETTINGS: ReadonlySet<string> = new Set<keyof Settings>(['route', 'dataset', 'run']);

/**
 * The settings: those of the user on this computer, and those of the open workspace. Missing or invalid entries have their
 * defaults, as do all of a damaged file.
 */
export class SettingsFile {
  readonly path: string; // the user's
  private workspacePath: string | null = null;
  private current: Settings;
  private writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
    this.current = { ...DEFAULT_SETTINGS, ...readKnown(path, (key) => !WORKSPACE_SETTINGS.has(key)) };
  }

  /** Reads the workspace's settings, and stores changes of them in this file from now on. */
  openWorkspace(path: string): void {
    this.workspacePath = path;
    this.current = { ...this.current, ...readKnown(path, (key) => WORKSPACE_SETTINGS.has(key)) };
  }

  get(): Settings {
    return this.current;
  }

  /** Takes effect immediately. Resolves when written; writes happen in order. Throws as writeFileAtomically does. */
  async set(patch: Partial<Settings>): Promise<Settings> {
    this.current = { ...this.current, ...patch };
    const ofWorkspace = (key: string): boolean => WORKSPACE_SETTINGS.has(key);
    const keys = Object.keys(patch);
    if (keys.some((key) => !ofWorkspace(key))) this.write(this.path, (key) => !ofWorkspace(key));
    if (this.workspacePath !== null && keys.some(ofWorkspace)) this.write(this.workspacePath, ofWorkspace);
    await this.writing;
    return this.current;
  }

  private write(path: string, includes: (key: string) => boolean): void {
    const entries = Object.entries(this.current).filter(([key]) => includes(key));
    const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
    this.writing = this.writing.catch(() => undefined).then(() => writeFileAtomically(path, text));
  }
}

/** Each entry is parsed alone, so that an entry of another version does not invalidate the rest. */
function readKnown(path: string, includes: (key: string) => boolean): Partial<Settings> {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(Object.entries(found).filter(([key, value]) => isSetting(key) && includes(key) && isAccepted(SETTING_RULES[key], value)));
}

const isSetting = (key: string): key is keyof Settings => Object.hasOwn(SETTING_RULES, key);
