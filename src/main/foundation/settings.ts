import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAccepted, SETTING_RULES } from '../../shared/setting-rules.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/workbench.ts';
import { writeFileAtomically } from './files.ts';
import { userFolder } from './user-folders.ts';
import { joinList } from './words.ts';

/** The settings file: TWINLENS_SETTINGS, else settings.json in the platform's configuration folder. */
export const settingsPath = (env: NodeJS.ProcessEnv = process.env): string => env['TWINLENS_SETTINGS'] ?? join(userFolder('config'), 'settings.json');

/** Stored in the workspace, because they name its data sets and runs. */
const WORKSPACE_SETTINGS: ReadonlySet<string> = new Set<keyof Settings>(['route', 'dataset', 'run', 'logo', 'chooserFolder', 'viewChoices']);

/**
 * The settings: those of the user on this computer, and those of the open workspace. Missing or invalid entries have their
 * defaults, as do all of a damaged file.
 */
export class SettingsFile {
  readonly path: string; // the user's
  private workspacePath: string | null = null;
  private current: Settings;
  private readonly warningList: string[] = [];
  private writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
    this.current = { ...DEFAULT_SETTINGS, ...this.read(path, (key) => !WORKSPACE_SETTINGS.has(key)) };
  }

  /** Reads the workspace's settings, and stores changes of them in this file from now on. Adds to `warnings`. */
  openWorkspace(path: string): void {
    this.workspacePath = path;
    this.current = { ...this.current, ...this.read(path, (key) => WORKSPACE_SETTINGS.has(key)) };
  }

  get(): Settings {
    return this.current;
  }

  /** Sentences about damaged files and invalid entries, whose defaults are used. */
  get warnings(): readonly string[] {
    return this.warningList;
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

  private read(path: string, includes: (key: string) => boolean): Partial<Settings> {
    const { known, warning } = readKnown(path, includes);
    if (warning !== null) this.warningList.push(warning);
    return known;
  }

  private write(path: string, includes: (key: string) => boolean): void {
    const entries = Object.entries(this.current).filter(([key]) => includes(key));
    const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
    this.writing = this.writing.catch(() => undefined).then(() => writeFileAtomically(path, text));
  }
}

interface ReadSettings {
  known: Partial<Settings>;
  warning: string | null; // about a damaged file or invalid entries; null also if there is no file
}

/** Each entry is checked separately, so that an entry of another version does not invalidate the others. */
function readKnown(path: string, includes: (key: string) => boolean): ReadSettings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { known: {}, warning: null };
    return { known: {}, warning: `The settings in ${path} can’t be read, so the defaults are used. Check that you may read this file.` };
  }
  const found = parseObject(text);
  if (found === null)
    return { known: {}, warning: `The settings in ${path} are damaged, so the defaults are used. The next change replaces the file.` };
  const entries = Object.entries(found).filter(([key]) => isSetting(key) && includes(key));
  const isValid = ([key, value]: [string, unknown]): boolean => isSetting(key) && isAccepted(SETTING_RULES[key], value);
  const invalid = entries.filter((entry) => !isValid(entry)).map(([key]) => key);
  const warning = `The settings in ${path} have no valid value for ${joinList(invalid)}, so the default is used.`;
  return { known: Object.fromEntries(entries.filter(isValid)), warning: invalid.length === 0 ? null : warning };
}

function parseObject(text: string): object | null {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

const isSetting = (key: string): key is keyof Settings => Object.hasOwn(SETTING_RULES, key);
