import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app, ipcMain, protocol, session } from 'electron';
import { Desk } from './doors/electron/desktop-app.ts';
import { hardenContents, hardenSession, isScreen } from './doors/electron/harden.ts';
import { attachIpc, type IpcMain } from './doors/electron/ipc.ts';
import { installMenu } from './doors/electron/menu.ts';
import { SCHEME, screenProtocol } from './doors/electron/screen-protocol.ts';
import { screenFolder } from './foundation/program-folder.ts';
import { ScreenFiles } from './doors/http/screen-files.ts';

/** The desktop program: one of three doors to the same services. */
const { values } = parseArgs({
  args: process.argv.slice(1),
  options: { connect: { type: 'string' }, workspace: { type: 'string' }, sample: { type: 'boolean' } },
  strict: false, // Chromium's own switches come by as well
  allowPositionals: true,
});
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const connect = text(values['connect']);

// A window on a workbench elsewhere lives beside the one on this machine's own.
if (connect !== undefined) app.setPath('userData', join(app.getPath('userData'), 'connected'));

// Said before the program is ready: addresses of ours have an origin, as https has.
protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
]);
app.enableSandbox();

if (app.requestSingleInstanceLock()) void run();
else app.quit();

async function run(): Promise<void> {
  const desk = new Desk({ connect, workspace: text(values['workspace']), sample: values['sample'] === true });
  app.on('second-instance', () => desk.show());
  app.on('activate', () => desk.show());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (!desk.mayLeave()) event.preventDefault();
  });
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    closed = true;
    void desk.close().finally(() => app.quit());
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void desk.close().finally(() => app.exit(0)));
  hardenContents((action) => void desk.act(action));

  await app.whenReady();
  hardenSession(session.defaultSession);
  session.defaultSession.protocol.handle(
    SCHEME,
    screenProtocol(
      new ScreenFiles(screenFolder()),
      (path, request) => desk.media(path, request),
      () => desk.notice(),
    ),
  );
  const door = attachIpc(ipcMain as IpcMain, desk, { isOurs: isScreen, fileAt: (path) => desk.fileAt(path) });
  desk.onNewPage = (window) => door.forget(window.webContents);
  installMenu();
  await desk.open();
  desk.show();
}
