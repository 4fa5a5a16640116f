import type { Command } from 'commander';
import type { AppError } from '../../../shared/errors.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { openWorkbenchApi } from '../../api/open-workbench-api.ts';
import { browserPrinter } from '../../features/report/print-pdf.ts';
import { sentenceWithLog } from '../../foundation/log/report-error.ts';
import { screenFolder } from '../../foundation/program-folder.ts';
import { serveWorkbench } from '../http/serve.ts';
import { hasScreen, openBrowser } from '../http/open-browser.ts';
import { findServed, writeServedNote } from '../http/served-note.ts';
import { RetryingApi } from '../http/retrying-api.ts';
import { windowless } from '../../foundation/shell.ts';
import { openWorkbench } from '../../workbench.ts';
import { type Common, fromHere, numeric } from './options.ts';
import { print } from './output.ts';

interface ServeArguments extends Common {
  port?: number;
  sample?: boolean;
  open?: boolean;
}

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve the workbench to a browser of this machine; runs until it is interrupted')
    .option('--workspace <dir>', 'folder that holds data sets, runs and comparisons')
    .option('--json', 'accepted for consistency; the output is always one line of JSON')
    .addOption(numeric('--port <n>', 'the port on 127.0.0.1 (default: any free one)'))
    .option('--sample', 'start with the sample data set if the workspace is empty')
    .option('--open', 'open it in your browser, also to show why a workspace can not be used')
    .action(serve);
}

/** Ends in order on Ctrl-C, when the terminal is closed, and when it is asked to. */
async function serve({ workspace, port, sample, open }: ServeArguments): Promise<void> {
  const interrupted = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
  });
  const opened: { workspace?: string } = {};
  const api = new RetryingApi(async (): Promise<WorkbenchApi> => {
    const shell = windowless('web', browserPrinter());
    const workbench = openWorkbench({ workspace: workspace === undefined ? undefined : fromHere(workspace), shell, command: 'serve', log: 'serve' });
    opened.workspace = workbench.workspace.folder;
    const inside = openWorkbenchApi(workbench);
    if (sample && workbench.store.datasets.list().length === 0) await inside.call('datasets.sample', {});
    return inside;
  });
  await api.open();
  if (api.failure && !open) throw api.failure;
  const served = api.failure && (await servedBehind(api.failure));
  if (served) {
    printUrl(served, true);
    return;
  }
  try {
    const notice = { sentence: () => api.failure && sentenceWithLog(api.failure), retry: () => api.open() };
    const server = await serveWorkbench(api, { ...(port === undefined ? {} : { port }), screen: screenFolder(), notice });
    const deleteNote = opened.workspace === undefined ? () => undefined : await writeServedNote(opened.workspace, server.url);
    printUrl(server.url, open === true);
    await interrupted;
    deleteNote();
    await server.close();
  } finally {
    await api.close();
  }
}

/** A second start on a workspace opens the workbench that is served from it already. */
function servedBehind({ code, details }: AppError): Promise<string | null> {
  return code === 'busy' && typeof details['folder'] === 'string' ? findServed(details['folder']) : Promise.resolve(null);
}

function printUrl(url: string, open: boolean): void {
  if (open && hasScreen()) openBrowser(url);
  print(!open, { url }, () => [`Twinlens is open at ${url}`]);
}
