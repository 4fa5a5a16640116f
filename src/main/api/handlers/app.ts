import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from '../../../shared/workbench.ts';
import { AppError } from '../../../shared/errors.ts';
import { contractPrint } from '../../foundation/contract-print.ts';
import { diagnosticsOf } from '../../foundation/log/diagnostics.ts';
import { readNotices } from '../../foundation/licences.ts';
import { listFolder } from '../../features/media/list-folder.ts';
import { computeEntry } from '../../foundation/program-folder.ts';
import { APP_VERSION, versions } from '../../foundation/versions.ts';
import type { Workbench } from '../../workbench.ts';
import type { HandlersFor } from '../handler-types.ts';

const COPIED_LINES = 100; // of each log: what a person pastes into a message
const CONTRACT = contractPrint();

function sampleFolder(bench: Workbench): string | null {
  const folder = join(bench.workspace.samples, 'tiles');
  return existsSync(folder) ? folder : null;
}

export const appHandlers: HandlersFor<'app' | 'settings' | 'jobs' | 'files' | 'shell'> = {
  'app.info': (_, { bench }) => ({
    version: APP_VERSION,
    contract: CONTRACT,
    door: bench.shell.door,
    platform: process.platform,
    workspace: bench.workspace.folder,
    logs: bench.workspace.logs,
    sampleFolder: sampleFolder(bench),
    canPrint: bench.shell.printPdf !== null,
    versions: versions(),
  }),
  'app.licences': () => readNotices(join(dirname(computeEntry()), '..', 'notices.json')),
  'app.devices': (_, { bench }) => bench.devices.get(),
  'app.doctor': (_, { bench }) =>
    bench.jobs.start({ kind: 'doctor', title: 'Testing devices', subject: null }, async ({ signal, progress }) => {
      progress({ text: 'A few training steps on each device' });
      await bench.devices.check(bench.compute, signal);
      bench.hub.changed('settings');
      return null;
    }),
  'app.diagnostics': (_, { bench }) => {
    const sources = { logs: bench.workspace.logs, settings: bench.settings.get(), devices: bench.devices.get() };
    return { text: JSON.stringify(diagnosticsOf(sources, COPIED_LINES), null, 2) };
  },
  'app.pictures': (_, { bench }) => bench.pictureCache.usage(),
  'app.clearPictures': async (_, { bench }) => {
    await bench.pictureCache.clear();
    return bench.pictureCache.usage();
  },
  'settings.get': (_, { bench }) => bench.settings.get(),
  'settings.set': async (patch, { bench }) => {
    const next = await bench.settings.set(patch as Partial<Settings>);
    if (patch.pictureSpace !== undefined) void bench.pictureCache.prune();
    bench.hub.changed('settings');
    return next;
  },
  'jobs.list': (_, { bench }) => bench.jobs.list(),
  'jobs.cancel': ({ job }, { bench }) => {
    bench.jobs.cancel(job);
    return null;
  },
  'jobs.dismiss': ({ job }, { bench }) => {
    bench.jobs.dismiss(job);
    return null;
  },
  'files.list': ({ folder }, { bench }) => {
    const sample = sampleFolder(bench);
    return listFolder(folder, sample ? [{ name: 'Sample data set', folder: sample }] : []);
  },
  'files.choose': async ({ file }, { bench }) => {
    // In the desktop program the system's own dialog says what was chosen; a page can't.
    if (bench.shell.door === 'electron') throw new AppError('bad-request', 'Choose the file in the window of the system.');
    await bench.grants.add(file);
    return null;
  },
  'shell.chooseFolder': ({ title }, { bench }) => bench.shell.chooseFolder(title),
  'shell.chooseImage': async ({ title }, { bench }) => {
    const path = await bench.shell.chooseImage(title);
    if (path !== null) await bench.grants.add(path);
    return path;
  },
  'shell.chooseSave': ({ title, name, extension }, { bench }) => bench.shell.chooseSave(title, name, extension),
  'shell.reveal': async ({ path }, { bench }) => {
    await bench.shell.reveal(path);
    return null;
  },
  'shell.close': async (_, { bench }) => {
    await bench.shell.close();
    return null;
  },
};
