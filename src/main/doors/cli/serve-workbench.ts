import type { AppError } from '../../../shared/errors.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { openWorkbenchApi } from '../../api/open-workbench-api.ts';
import { browserPrinter } from '../http/print-pdf.ts';
import { sentenceWithLog } from '../../foundation/log/report-error.ts';
import { screenFolder } from '../../foundation/program-folder.ts';
import { deleteRedirectFile, writeRedirectFile } from '../http/redirect-page.ts';
import { type Served, type ServeOptions, serveWorkbench } from '../http/serve.ts';
import { hasScreen, openBrowser } from '../http/open-browser.ts';
import { findRunningServer, readServerNote, writeServerNote } from '../http/server-note.ts';
import { RetryingApi } from '../http/retrying-api.ts';
import { shellWithoutWindow } from '../../foundation/shell.ts';
import { openWorkbench } from '../../workbench.ts';
import { onStopSignal } from './signals.ts';
import { type Common, resolveUserPath } from './options.ts';
import { print, printWarnings } from './output.ts';

export interface ServeArguments extends Common {
  port?: number;
  sample?: boolean;
  open?: boolean;
}

/** Closes the server and the workspace on Ctrl-C, SIGTERM, and when the terminal is closed. */
export async function serve({ workspace, json = false, port, sample, open = false }: ServeArguments): Promise<void> {
  const interrupted = new Promise<void>((done) => {
    onStopSignal(() => done());
  });
  const opened: { folder?: string } = {}; // the workspace
  const api = new RetryingApi(async (): Promise<WorkbenchApi> => {
    const shell = shellWithoutWindow('web', browserPrinter());
    const workbench = openWorkbench({
      workspace: workspace === undefined ? undefined : resolveUserPath(workspace),
      shell,
      command: 'serve',
      log: 'serve',
    });
    printWarnings(workbench.warnings());
    opened.folder = workbench.workspace.folder;
    const workbenchApi = openWorkbenchApi(workbench);
    if (sample && workbench.store.datasets.list().length === 0) await workbenchApi.call('datasets.sample', {});
    return workbenchApi;
  });
  await api.open();
  if (api.failure && !open) throw api.failure;
  const runningUrl = api.failure && (await runningServerUrl(api.failure));
  if (runningUrl) {
    await printAddress(runningUrl, { open: true, json }, api.failure!.details['folder'] as string);
    return;
  }
  try {
    const notice = { sentence: () => api.failure && sentenceWithLog(api.failure), retry: () => api.open() };
    const { folder = null } = opened;
    const deleteRedirect = (): void => (folder === null ? undefined : deleteRedirectFile(folder));
    const server = await serveAtLastAddress(api, folder, port, { screen: screenFolder(), notice, onOpened: deleteRedirect });
    if (folder !== null) await writeServerNote(folder, server.url);
    await printAddress(server.url, { open, json }, folder);
    await interrupted;
    deleteRedirect();
    await server.close();
  } finally {
    await api.close();
  }
}

/** The URL of a server that already serves this workspace, or null. */
function runningServerUrl({ code, details }: AppError): Promise<string | null> {
  return code === 'busy' && typeof details['folder'] === 'string' ? findRunningServer(details['folder']) : Promise.resolve(null);
}

/** Serves with the token of the last server, and with its port if that is free. Pages that are still open then reconnect. */
async function serveAtLastAddress(api: WorkbenchApi, workspace: string | null, port: number | undefined, options: ServeOptions): Promise<Served> {
  const last = workspace === null ? null : readServerNote(workspace);
  const all = { ...options, ...(last && { token: last.token }) };
  if (port !== undefined || !last) return serveWorkbench(api, { ...all, ...(port === undefined ? {} : { port }) });
  return serveWorkbench(api, { ...all, port: last.port }).catch(() => serveWorkbench(api, all));
}

async function printAddress(url: string, { open, json }: { open: boolean; json: boolean }, workspace: string | null): Promise<void> {
  // if the file can't be written, the printed address still works
  if (open && hasScreen()) await writeRedirectFile(url, workspace).then(openBrowser, () => undefined);
  print(json, { url }, () => [`Twinlens is open at ${url}`]);
}
