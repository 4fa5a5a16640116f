import type { Command } from 'commander';
import type { AppError } from '../../../shared/errors.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { openWorkbenchApi } from '../../api/open-workbench-api.ts';
import { browserPrinter } from '../../features/report/print-pdf.ts';
import { screenFolder } from '../../foundation/program-folder.ts';
import { serveHouse } from '../http/serve.ts';
import { hasScreen, openBrowser } from '../http/open-browser.ts';
import { findStanding, noteStanding } from '../http/standing.ts';
import { Threshold } from '../http/retrying-api.ts';
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
    .description('the workbench in a browser of this machine; runs until it is interrupted')
    .option('--workspace <dir>', 'folder that holds data sets, runs and comparisons')
    .option('--json', 'accepted as everywhere; the one line is always JSON')
    .addOption(numeric('--port <n>', 'the port on 127.0.0.1 (default: any free one)'))
    .option('--sample', 'begin with the sample data set where no other is there')
    .option('--open', 'open it in your browser; there, too, it is said why a workspace can not be used')
    .action(serve);
}

/** Ends in order on Ctrl-C, when the terminal is closed, and when it is asked to. */
async function serve({ workspace, port, sample, open }: ServeArguments): Promise<void> {
  const interrupted = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
  });
  const opened: { workspace?: string } = {};
  const house = new Threshold(async (): Promise<WorkbenchApi> => {
    const shell = windowless('web', browserPrinter());
    const bench = openWorkbench({ workspace: workspace === undefined ? undefined : fromHere(workspace), shell, command: 'serve' });
    opened.workspace = bench.workspace.folder;
    const inside = openWorkbenchApi(bench);
    if (sample && bench.store.datasets.list().length === 0) await inside.call('datasets.sample', {});
    return inside;
  });
  await house.open();
  if (house.failure && !open) throw house.failure;
  const standing = house.failure && (await standingBehind(house.failure));
  if (standing) {
    tell(standing, true);
    return;
  }
  try {
    const notice = { sentence: () => house.failure?.message ?? null, again: () => house.open() };
    const served = await serveHouse(house, { ...(port === undefined ? {} : { port }), screen: screenFolder(), notice });
    const forget = opened.workspace === undefined ? () => undefined : await noteStanding(opened.workspace, served.url);
    tell(served.url, open === true);
    await interrupted;
    forget();
    await served.close();
  } finally {
    await house.close();
  }
}

/** A second start on a workspace opens the workbench that is served from it already. */
function standingBehind({ code, details }: AppError): Promise<string | null> {
  return code === 'busy' && typeof details['folder'] === 'string' ? findStanding(details['folder']) : Promise.resolve(null);
}

function tell(url: string, open: boolean): void {
  if (open && hasScreen()) openBrowser(url);
  print(!open, { url }, () => [`The workbench: ${url}`]);
}
