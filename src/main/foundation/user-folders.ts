import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import envPaths from 'env-paths';
import { AppError } from '../../shared/errors.ts';

const IN_HOME = {
  data: { darwin: ['Library', 'Application Support'], other: ['.local', 'share'] },
  config: { darwin: ['Library', 'Preferences'], other: ['.config'] },
} as const;

/**
 * The platform's absolute folder for this program's data or configuration. An XDG variable with a relative path is ignored, as
 * the XDG base directory specification demands; if HOME is empty, the home folder comes from the user database.
 * Throws AppError 'usage' if the user has no home folder.
 */
export function userFolder(kind: 'data' | 'config'): string {
  const folder = envPaths('Twinlens', { suffix: '' })[kind];
  if (isAbsolute(folder)) return folder;
  const home = userInfo().homedir;
  if (!isAbsolute(home))
    throw new AppError('usage', 'This user has no home folder. Choose a folder for the workspace.', { flags: ['--workspace FOLDER'] });
  return join(home, ...IN_HOME[kind][process.platform === 'darwin' ? 'darwin' : 'other'], 'Twinlens');
}
