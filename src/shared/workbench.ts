import type { CheckResult } from './engine-check.ts';
import type { DeviceName } from './run.ts';

/** How the screen is connected: decides whether native dialogs are available. */
export type Door = 'electron' | 'web' | 'in-process';

export interface AppInfo {
  version: string;
  contract: string; // fingerprint of the contract: client and server must have the same one
  door: Door;
  platform: string; // as process.platform names it
  workspace: string; // absolute folder
  logs: string; // absolute folder
  sampleFolder: string | null; // folder of the generated sample data set; null before it exists
  canPrint: boolean; // whether PDF files can be written here
  versions: Record<string, string>;
  warnings: string[]; // sentences about the database and the settings, found at the start
}

/** Information for an error report. */
export interface Diagnostics {
  text: string; // versions, devices, settings and the last log lines, to copy
}

export interface LicenceNotice {
  name: string;
  version: string;
  licence: string; // SPDX
  text: string | null;
}

/** Settings of the user on this computer, and of the open workspace. */
export interface Settings {
  theme: 'system' | 'light' | 'dark';
  colourScale: 'evidence' | 'viridis' | 'magma' | 'cividis' | 'turbo' | 'jet';
  device: DeviceName | 'auto';
  workspace: string | null; // null: the default folder
  tourDone: boolean;
  sidebar: boolean; // details shown
  pictureSpace: number; // MB that thumbnails and previews may take
  author: string; // of the last report, proposed for the next one
  // of the workspace
  route: string; // the last one: the part of the address after #
  dataset: string | null; // the current one; null: the newest
  run: string | null; // the one used to compare; null: the best of the data set
  logo: string | null; // SHA-256 of the report logo chosen last, proposed for the next one
  chooserFolder: string | null; // where the screen's own file chooser opens; null: the home folder
  viewChoices: Readonly<Record<string, string>>; // JSON by view: filters and last routes; see src/renderer/client/view-choices.ts
}

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  colourScale: 'evidence',
  device: 'auto',
  workspace: null,
  tourDone: false,
  sidebar: true,
  pictureSpace: 2000,
  author: '',
  route: '',
  dataset: null,
  run: null,
  logo: null,
  chooserFolder: null,
  viewChoices: {},
};

/** Disk space of thumbnails and previews. */
export interface CacheUsage {
  files: number;
  bytes: number;
  limit: number; // bytes
}

/** Results of the device check: each engine and device ran real training steps. */
export interface DeviceReport {
  checkedMs: number;
  checks: CheckResult[];
}

export interface FolderListing {
  folder: string; // absolute
  parent: string | null;
  folders: string[]; // names, sorted; hidden ones left out
  images: number; // files directly inside with an image's extension
  imageFiles: string[]; // their names, the first 500
  file: string | null; // the name of the requested file in this folder, if a file was requested
  shortcuts: { name: string; folder: string }[]; // home, disks
}
