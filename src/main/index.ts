import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app, ipcMain, protocol, session } from 'electron';
import { DesktopApp } from './doors/electron/desktop-app.ts';
import { hardenContents, hardenSession, isScreen, refuseDebugging } from './doors/electron/harden.ts';
import { attachIpc, type IpcMain } from './doors/electron/ipc.ts';
import { installMenu } from './doors/electron/menu.ts';
import { SCHEME, screenProtocol } from './doors/electron/screen-protocol.ts';
import { log, logFatal, openLog } from './foundation/log/log.ts';
import { screenFolder } from './foundation/program-folder.ts';
import { versions } from './foundation/versions.ts';
import { ScreenFiles } from './doors/http/screen-files.ts';

/** Entry of the desktop app. */
const { values } = parseArgs({
  args: process.argv.slice(1),
  options: { connect: { type: 'string' }, workspace: { type: 'string' }, sample: { type: 'boolean' } },
  strict: false, // the arguments include Chromium's switches
  allowPositionals: true,
});
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const connect = text(values['connect']);

// A window on a served workbench has its own profile, so that it can be open beside the local one.
if (connect !== undefined) app.setPath('userData', join(app.getPath('userData'), 'connected'));

// Must run before the app is ready. Gives our scheme an origin, as https has.
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
]);
app.enableSandbox();

if (refuseDebugging()) {
  if (app.requestSingleInstanceLock()) void run();
  else app.quit();
}

async function run(): Promise<void> {
  openLog(join(app.getPath('userData'), 'logs'), 'desktop'); // until a workspace is opened
  log().info({ versions: versions() }, 'program starts');
  process.on('uncaughtExceptionMonitor', logFatal);
  const desktop = new DesktopApp({ connect, workspace: text(values['workspace']), sample: values['sample'] === true });
  app.on('second-instance', () => desktop.show());
  app.on('activate', () => desktop.show());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (!desktop.mayQuit()) event.preventDefault();
  });
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    closed = true;
    void desktop.close().finally(() => app.quit());
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void desktop.close().finally(() => app.exit(0)));
  hardenContents((action) => void desktop.act(action));

  await app.whenReady();
  hardenSession(session.defaultSession);
  session.defaultSession.protocol.handle(
    SCHEME,
    screenProtocol(
      new ScreenFiles(screenFolder()),
      (path, request) => desktop.media(path, request),
      () => desktop.notice(),
    ),
  );
  const door = attachIpc(ipcMain as IpcMain, desktop, { isOurs: isScreen, fileAt: (path) => desktop.fileAt(path) });
  desktop.onNewPage = (window) => door.forget(window.webContents);
  installMenu();
  await desktop.open();
  desktop.show();
}
