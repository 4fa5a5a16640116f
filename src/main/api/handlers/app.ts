import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from '../../../shared/workbench.ts';
import { AppError } from '../../../shared/errors.ts';
import { errorFromTrace } from '../../../shared/trace.ts';
import { contractFingerprint } from '../../foundation/contract-fingerprint.ts';
import { diagnosticsOf } from '../../foundation/log/diagnostics.ts';
import { reportError } from '../../foundation/log/report-error.ts';
import { readNotices } from '../../foundation/licences.ts';
import { listFolder } from '../../features/media/list-folder.ts';
import { startDeviceCheck } from '../../features/models/jobs.ts';
import { computeEntry } from '../../foundation/program-folder.ts';
import { APP_VERSION, versions } from '../../foundation/versions.ts';
import type { Workbench } from '../../workbench.ts';
import type { HandlersFor } from '../handler-types.ts';

const COPIED_LINES = 100; // of each log, short enough for a message

function sampleFolder(workbench: Workbench): string | null {
  const folder = join(workbench.workspace.samples, 'tiles');
  return existsSync(folder) ? folder : null;
}

export const appHandlers: HandlersFor<'app' | 'settings' | 'jobs' | 'files' | 'shell'> = {
  'app.info': (_, { workbench }) => ({
    version: APP_VERSION,
    contract: contractFingerprint(),
    door: workbench.shell.door,
    platform: process.platform,
    workspace: workbench.workspace.folder,
    logs: workbench.workspace.logs,
    sampleFolder: sampleFolder(workbench),
    canPrint: workbench.shell.printPdf !== null,
    versions: versions(),
    warnings: workbench.warnings(),
  }),
  'app.licences': () => readNotices(join(dirname(computeEntry()), '..', 'notices.json')),
  'app.devices': (_, { workbench }) => workbench.devices.get(),
  'app.doctor': (_, { workbench }) => startDeviceCheck(workbench),
  'app.diagnostics': (_, { workbench }) => {
    const { logs } = workbench.workspace;
    const sources = { logs, settings: workbench.settings.get(), devices: workbench.devices.get() };
    return { text: JSON.stringify(diagnosticsOf(sources, COPIED_LINES), null, 2), logs };
  },
  'app.logError': ({ trace }) => {
    const { details } = reportError(errorFromTrace(trace), { part: 'screen' });
    return { log: typeof details['log'] === 'string' ? details['log'] : null };
  },
  'app.previewUsage': (_, { workbench }) => workbench.pictureCache.usage(),
  'app.clearPreviews': async (_, { workbench }) => {
    await workbench.pictureCache.clear();
    return workbench.pictureCache.usage();
  },
  'settings.get': (_, { workbench }) => workbench.settings.get(),
  'settings.set': async (patch, { workbench }) => {
    const next = await workbench.settings.set(patch as Partial<Settings>);
    if (patch.pictureSpace !== undefined) void workbench.pictureCache.prune();
    workbench.hub.changed('settings');
    return next;
  },
  'jobs.list': (_, { workbench }) => workbench.jobs.list(),
  'jobs.cancel': ({ job }, { workbench }) => {
    workbench.jobs.cancel(job);
    return null;
  },
  'jobs.dismiss': ({ job }, { workbench }) => {
    workbench.jobs.dismiss(job);
    return null;
  },
  'files.list': ({ folder, allowFile = false }, { workbench }) => {
    const sample = sampleFolder(workbench);
    return listFolder(folder, { samples: sample ? [{ name: 'Sample data set', folder: sample }] : [], allowFile });
  },
  'files.choose': async ({ file }, { workbench }) => {
    // In the desktop app only the system dialog may grant access to a file, not the page.
    if (workbench.shell.door === 'electron') throw new AppError('bad-request', 'Choose the file in the system dialog.');
    await workbench.fileAccess.add(file);
    return null;
  },
  'shell.chooseFolder': ({ title }, { workbench }) => workbench.shell.chooseFolder(title),
  'shell.chooseImage': async ({ title }, { workbench }) => {
    const path = await workbench.shell.chooseImage(title);
    if (path !== null) await workbench.fileAccess.add(path);
    return path;
  },
  'shell.chooseSave': ({ title, name, extension }, { workbench }) => workbench.shell.chooseSave(title, name, extension),
  'shell.reveal': async ({ path }, { workbench }) => {
    await workbench.shell.reveal(path);
    return null;
  },
  'shell.close': async (_, { workbench }) => {
    await workbench.shell.close();
    return null;
  },
};
